// swift-tools-version: 6.2
import PackageDescription

// The library modules are optimized in debug builds too, so that plain `swift run` and `swift test`
// are fast. Lessons and tools are not, so that they build in about a second.
let optimized: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

// The library modules; each imports only modules before it. NanoVLA is the course, and Probes are
// small networks with which its lessons measure.
let course: [Target.Dependency] = [
  "Tensors", "Files", "Images", "Tabletop", "NanoVLA", "Probes",
]
let library = course + ["VLMs", "Runs"]

// A lesson or a notebook is one script. Each name listed here becomes an executable of its own, with
// the modules that it may import: a new declaration in NanoVLA compiles all of VLMs and Runs again,
// so a lesson that needs neither builds faster without them.
let lessons: KeyValuePairs = [
  "00-TensorsThatLearn": course, "01-PatchEmbedding": course, "02-TinyTransformer": course,
  "03-CrossAttentionFusion": course, "04-ActionTokenizing": course, "05-BehaviorCloning": course,
  "06-Rollouts": course, "07-ActionHeads": library, "08-AnyVLM": library,
  "09-TransferLearning": library, "10-LearningFromOutcomes": course,
  "11-RealCheckpoints": library, "12-NanoVLA": library, "13-FASTActionTokens": library,
]
let exercises: KeyValuePairs<String, [Target.Dependency]> = [
  "00-LinearBackward": [], "01-Patches": [], "02-Attention": [], "03-CrossAttention": ["NanoVLA"],
  "04-RobotUnits": [], "05-BinCrossEntropy": [], "06-TemporalEnsemble": [], "07-FlowLoss": [],
  "08-PooledState": [], "09-MergedLoRA": [], "10-PolicyLoss": [], "11-StoredNumbers": [],
  "12-TrainingSteps": [], "13-CosineCoefficients": [],
]
let notebooks: KeyValuePairs = [
  "ANewWord": library, "FusionsAndHeads": library, "GradientOfSuccess": library,
  "MetaWorld": library + ["Simulators"], "OutcomesOverSeeds": course, "RealTime": library,
  "ScalingDemonstrations": library, "YourOwnVLM": library,
]

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

/// One executable for each script in `folder`, so that a script that does not compile affects no
/// other.
func scripts(
  in folder: String, _ scripts: KeyValuePairs<String, [Target.Dependency]>,
  with common: [Target.Dependency] = ["Blackboard"], without others: [String] = [],
  called productName: (String) -> String
) -> [Target] {
  scripts.map { name, modules in
    .executableTarget(
      name: productName(name),
      dependencies: common + modules,
      path: folder,
      exclude: others + scripts.map { $0.key + ".swift" }.filter { $0 != name + ".swift" },
      sources: [name + ".swift"])
  }
}

// `NANOVLA_DOCC=1 swift package generate-documentation --target NanoVLA` builds the documentation.
let documentation: [Package.Dependency] =
  Context.environment["NANOVLA_DOCC"] == nil
  ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0")]

let package = Package(
  name: "nanoVLA",
  platforms: [.macOS(.v13)],  // regular expressions, URL(filePath:), aligned_alloc
  products: [
    .library(
      name: "NanoVLA",
      targets: [
        "NanoVLA", "Probes", "VLMs", "Runs", "Simulators", "Tabletop", "Images", "Files", "Tensors",
      ]),
    .executable(name: "nanovla-lesson", targets: ["nanovla-lesson"]),
    .executable(name: "nanovla", targets: ["nanovla"]),
    .executable(name: "nanovla-bench", targets: ["nanovla-bench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.0"),
  ] + documentation,
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .target(
      name: "CKernels", cSettings: [.unsafeFlags(["-O3"], .when(configuration: .debug))]),
    .target(
      name: "Tensors", dependencies: ["COpenBLAS", "CKernels"], swiftSettings: optimized),
    .target(name: "Files", dependencies: ["Tensors"], swiftSettings: optimized),
    .target(name: "Images", dependencies: ["CPNG", "Files"], swiftSettings: optimized),
    .target(
      name: "Tabletop", dependencies: ["Tensors", "Files", "Images"],
      resources: [.copy("Demonstrations")], swiftSettings: optimized),
    .target(
      name: "NanoVLA", dependencies: ["Tensors", "Files", "Images", "Tabletop"],
      resources: [.copy("3-Fusion/ToyVLM")], swiftSettings: optimized),
    .target(
      name: "Probes", dependencies: ["Tensors", "Images", "Tabletop", "NanoVLA"],
      swiftSettings: optimized),
    .target(
      name: "VLMs", dependencies: ["Tensors", "Files", "Images", "NanoVLA"],
      resources: [.copy("Example/TinyOpenVLA")], swiftSettings: optimized),
    .target(
      name: "Runs", dependencies: course + ["VLMs"],
      swiftSettings: optimized),
    // Several processes, by MPI, which is opened when a run asks for it.
    .target(
      name: "Ranks",
      dependencies: ["Tensors", "Files", "NanoVLA", "VLMs", "Runs", "Simulators"],
      swiftSettings: optimized),
    .target(
      name: "Diagnosis",
      dependencies: ["Tensors", "Files", "Images", "Tabletop", "NanoVLA", "VLMs", "Runs"],
      swiftSettings: optimized),
    // Apart, so that lessons build without it: simulators and foreign datasets behind a Python process.
    .target(
      name: "Simulators", dependencies: library,
      resources: [.copy("Bridge/Python"), .copy("Policies/MetaWorld")],
      swiftSettings: optimized),
    .target(name: "Console"),
    // Apart, so that lessons do not build a server's sockets.
    .target(
      name: "Serving",
      dependencies: [
        "Tensors", "Files", "Images", "Tabletop", "NanoVLA", "Diagnosis", "Simulators",
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ], resources: [.copy("Play/Page")], swiftSettings: optimized),
    .target(
      name: "Blackboard", dependencies: ["Console", "Tensors", "Files", "Images"],
      resources: [.copy("Bands")], swiftSettings: optimized),
    .target(
      name: "Exercises", dependencies: ["Console", "Tensors"], exclude: ["Masters"],
      swiftSettings: optimized),
    .target(  // the exercises with their solutions, compiled for the tests alone
      name: "Solutions", dependencies: ["Exercises", "Tensors", "NanoVLA"],
      path: "Sources/Exercises/Masters", swiftSettings: [.define("SOLUTION")]),
    .executableTarget(
      name: "nanovla-lesson",
      dependencies: ["Console", "Blackboard", "Files", argumentParser]),
    .executableTarget(
      name: "museum",
      dependencies: ["Console", "Blackboard", "Diagnosis"] + library),
    .executableTarget(
      name: "nanovla",
      dependencies: ["Console", "Blackboard", "Diagnosis", "Serving", "Simulators", "Ranks"]
        + library + [argumentParser]),
    .executableTarget(
      name: "nanovla-bench",
      dependencies: library + ["Ranks", "COpenBLAS", argumentParser]),
    .target(
      name: "TestSupport", dependencies: course,
      path: "Tests/TestSupport"),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "TestSupport"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "Tensors", "TestSupport"]),
    .testTarget(name: "ImagesTests", dependencies: ["Images", "Files"]),
    .testTarget(
      name: "TabletopTests", dependencies: library),
    .testTarget(name: "NanoVLATests", dependencies: library + ["TestSupport"]),
    .testTarget(name: "ProbesTests", dependencies: course + ["TestSupport"]),
    .testTarget(name: "VLMsTests", dependencies: library + ["TestSupport"]),
    .testTarget(name: "RunsTests", dependencies: library + ["TestSupport"]),
    .testTarget(name: "RanksTests", dependencies: ["Ranks", "TestSupport"] + library),
    .testTarget(name: "DiagnosisTests", dependencies: library + ["Diagnosis"]),
    // Optimized, since it makes and reads a million inputs.
    .testTarget(
      name: "FuzzTests", dependencies: library + ["Simulators"], swiftSettings: optimized),
    .testTarget(
      name: "ServingTests", dependencies: ["Serving", "Simulators", "TestSupport"] + library,
      exclude: ["PythonClients.py"]),
    .testTarget(name: "SimulatorsTests", dependencies: ["Simulators", "TestSupport"] + library),
    .testTarget(name: "ConsoleTests", dependencies: ["Console"]),
    .testTarget(name: "BlackboardTests", dependencies: ["Blackboard", "Tensors", "Images"]),
    .testTarget(name: "ExercisesTests", dependencies: ["Exercises", "Solutions", "Tensors"]),
    .testTarget(
      name: "CommandTests", dependencies: ["nanovla-lesson", "nanovla", "TestSupport"]),
    .testTarget(name: "ReadmeTests", dependencies: []),
  ]
    + scripts(in: "Lessons", lessons, without: ["Exercises"]) { "lesson-" + $0.prefix(2) }
    + scripts(in: "Lessons/Exercises", exercises, with: ["Exercises", "Tensors"]) {
      "exercise-" + $0.prefix(2)
    }
    + scripts(in: "Notebooks-as-scripts", notebooks) { "notebook-" + $0 },
  // A tensor is a class that one thread owns at a time (see Tensors/Threads). Swift 6 mode cannot
  // check that.
  swiftLanguageModes: [.v5]
)

// `.ci/nightly address` builds no program and no tests but those that it runs.
if let wanted = Context.environment["NANOVLA_TESTS"]?.split(separator: "|").map(String.init) {
  package.products.removeAll { $0 is Product.Executable }
  package.targets.removeAll { target in
    target.type == .executable || target.type == .test && !wanted.contains(target.name)
  }
}
