import Files
import Foundation
import NanoVLA
import Tensors
import TestSupport
import Testing
import VLMs

/// What a π0's folder says of its robot's numbers, in three layouts.
@Suite struct RobotStatisticsTests {
  private static let mean: [Float] = [0.5, -2, 100]
  private static let std: [Float] = [0.25, 3, 0.5]
  private static let robot: [Float] = [0.75, 1, 99]

  /// The fixture's folder with processor_config.json of transformers.
  private func folder(_ members: [String: Any]) throws -> EditedFolder {
    let folder = try EditedFolder("pi0")
    let json = try JSONSerialization.data(withJSONObject: members)
    try json.write(to: folder.file("processor_config.json"))
    return folder
  }

  private func write(
    _ name: String, step: String, norm: [String: String], columns: [String: [Float]],
    to folder: EditedFolder
  ) throws {
    let file = "\(name)_step_5_\(step).safetensors"
    let steps: [[String: Any]] = [
      ["registry_name": "rename_observations_processor", "config": ["rename_map": [:]]],
      ["registry_name": "relative_actions_processor", "config": ["enabled": false]],
      [
        "registry_name": step, "state_file": file,
        "config": ["eps": 1e-8, "features": [:], "norm_map": norm],
      ],
    ]
    try JSONSerialization.data(withJSONObject: ["name": name, "steps": steps])
      .write(to: folder.file("\(name).json"))
    try Safetensors.write(
      columns.sorted { $0.key < $1.key }.map { ($0.key, [$0.value.count], $0.value) },
      to: folder.file(file))
  }

  /// The chunk of a policy whose robot is at ``robot``, and the network's own in normalized numbers.
  private func chunks(
    _ folder: EditedFolder, normalized: [Float], key: String? = nil
  ) throws -> (found: [[Float]], expected: [[Float]], statistics: ActionStatistics) {
    let policy = try VLA.fromVLM(
      "pi0", modelPath: folder.url.path, unnormKey: key, usesProprioception: true)
    let vlm = try #require(policy.backbone as? VLM)
    let network = try #require(vlm.network as? PiZero)
    let sizes = network.configuration.expert
    let observation = Observation(try folder.image(), proprioception: Self.robot)
    let found = try policy.predictChunk([observation], instruction: "wave")
    var random = SeededRandom(seed: 0)
    let noise = Tensor.normal([1, sizes.chunk, sizes.actionCount], scale: 1, using: &random)
    let rest = Array(repeating: Float(0), count: sizes.stateCount - normalized.count)
    let prompt = try withoutGradient { try vlm.prompt(folder.image(), "wave") }
    let all = network.actions(
      after: prompt, state: Tensor(normalized + rest, shape: [1, sizes.stateCount]), noise: noise)
    let A = policy.space.count
    let expected = all.sliced(axis: 2, 0..<A).values
    return (
      found.map(\.values), (0..<sizes.chunk).map { Array(expected[$0 * A..<($0 + 1) * A]) },
      policy.statistics
    )
  }

  private func expectClose(_ found: [[Float]], _ expected: [[Float]]) {
    #expect(found.count == expected.count)
    #expect(maximumDifference(found.flatMap { $0 }, expected.flatMap { $0 }) < 1e-4)
  }

  @Test("state and actions have the mean and deviation of transformers' processor_config.json")
  func processor() throws {
    let folder = try folder([
      "processor_class": "PI0Processor", "state_mean": Self.mean, "state_std": Self.std,
      "actions_mean": [1, 2], "actions_std": [10, 0.5],
    ])
    let (found, expected, statistics) = try chunks(folder, normalized: [1, 1, -2])
    expectClose(found, expected)
    let action = try statistics.robotAction(NormalizedAction(expected[0])).values
    #expect(abs(action[0] - (10 * expected[0][0] + 1)) < 1e-4)
    #expect(abs(action[1] - (0.5 * expected[0][1] + 2)) < 1e-4)
    let summary = try CheckpointSummary(folder: folder.url)
    #expect(summary.statistics.map(\.key) == ["processor_config.json"])
    #expect(summary.statistics[0].dimensions == 2 && summary.refusal == nil)
  }

  @Test(
    "LeRobot's steps normalize by mean, range or quantiles, as its norm_map says",
    arguments: [
      ("MEAN_STD", ["mean", "std"]), ("MIN_MAX", ["min", "max"]), ("QUANTILES", ["q01", "q99"]),
      ("QUANTILE10", ["q10", "q90"]),
    ])
  func leRobot(mode: String, names: [String]) throws {
    let folder = try EditedFolder("pi0")
    let (first, second): ([Float], [Float]) =
      mode == "MEAN_STD" ? (Self.mean, Self.std) : ([0.25, -5, 98], [1.25, 7, 102])
    try write(
      "policy_preprocessor", step: "normalizer_processor",
      norm: ["STATE": mode, "ACTION": mode, "VISUAL": "IDENTITY"],
      columns: [
        "observation.state.\(names[0])": first, "observation.state.\(names[1])": second,
        "observation.state.count": [9],
      ], to: folder)
    try write(
      "policy_postprocessor", step: "unnormalizer_processor", norm: ["ACTION": mode],
      columns: ["action.\(names[0])": [-1, 3], "action.\(names[1])": [4, 4]], to: folder)
    let normalized: [Float] = mode == "MEAN_STD" ? [1, 1, -2] : [0, 0, -0.5]
    let (found, expected, statistics) = try chunks(folder, normalized: normalized)
    expectClose(found, expected)
    let action = try statistics.robotAction(NormalizedAction([0.5, -0.5])).values
    let robot: [Float] = mode == "MEAN_STD" ? [1, 1] : [2.75, 3.25]
    #expect(maximumDifference(action, robot) < 1e-5)
  }

  @Test("statistics in OpenVLA's layout give a π0 their mean and deviation, by their key")
  func datasets() throws {
    let folder = try EditedFolder("pi0")
    func columns(_ mean: [Float], _ std: [Float]) -> [String: Any] {
      let zero = mean.map { _ in 0 }
      return ["mean": mean, "std": std, "max": zero, "min": zero, "q01": zero, "q99": zero]
    }
    var action = columns([1, 2], [10, 0.5])
    action["mask"] = [true, false]
    let one = ["action": action, "proprio": columns(Self.mean, Self.std)]
    try JSONSerialization.data(withJSONObject: ["mine": one, "other": ["action": action]])
      .write(to: folder.file("dataset_statistics.json"))
    let (found, expected, statistics) = try chunks(folder, normalized: [1, 1, -2], key: "mine")
    expectClose(found, expected)
    let robot = try statistics.robotAction(NormalizedAction([0.5, -0.5])).values
    #expect(maximumDifference(robot, [6, -0.5]) < 1e-5)  // the gripper keeps its value
    let error = #expect(throws: StatisticsFileError.self) {
      try VLA.fromVLM("pi0", modelPath: folder.url.path)
    }
    #expect("\(error!)".contains("mine, other"))
  }

  @Test(
    "statistics that do not fit the network, or that are no numbers, are refused",
    arguments: [
      ("state_std", "[1, 2]", "state_std"), ("state_mean", #"["a"]"#, "state_mean[0]"),
      ("state_std", "[1, -1, 1]", "above 0"), ("state_std", "null", "state_std"),
      ("state_mean", "[]", "state_mean"), ("actions_std", "[1, -1]", "action"),
      ("actions_mean", "[1, 2, 3]", "actions_std"),
    ])
  func refused(key: String, value: String, part: String) throws {
    let folder = try folder([
      "state_mean": Self.mean, "state_std": Self.std, "actions_mean": [1, 2],
      "actions_std": [10, 0.5],
    ])
    try folder.set(
      key, JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed),
      in: "processor_config.json")
    let error = #expect(throws: (any Error).self) {
      try VLA.fromVLM("pi0", modelPath: folder.url.path)
    }
    #expect("\(error!)".contains(part), "\(error!)")
  }

  @Test("more numbers than the network reads, relative actions, and foreign paths are refused")
  func bounds() throws {
    let many = Array(repeating: 1, count: 9)
    for (key, words) in [("state", "state"), ("actions", "action")] {
      let folder = try folder(["\(key)_mean": many, "\(key)_std": many])
      let error = #expect(throws: ActionError.self) {
        try VLA.fromVLM("pi0", modelPath: folder.url.path)
      }
      #expect("\(error!)".contains("statistics of the \(words)"), "\(error!)")
    }
    let folder = try EditedFolder("pi0")
    for (steps, part) in [
      (
        [["registry_name": "relative_actions_processor", "config": ["enabled": true]]],
        "steps[0].config.enabled"
      ),
      (
        [["registry_name": "normalizer_processor", "state_file": "../a.safetensors"]],
        "steps[0].state_file"
      ),
    ] as [([[String: Any]], String)] {
      try JSONSerialization.data(withJSONObject: ["steps": steps])
        .write(to: folder.file("policy_preprocessor.json"))
      let error = #expect(throws: JSONFileError.self) {
        try VLA.fromVLM("pi0", modelPath: folder.url.path)
      }
      #expect("\(error!)".contains(part), "\(error!)")
    }
  }

  @Test("without statistics a π0's numbers stay normalized, and say so")
  func none() throws {
    let folder = try #require(Fixture.of("pi0").first).folder
    let policy = try VLA.fromVLM("pi0", modelPath: folder.path)
    #expect(policy.space.count == 7 && policy.space.dimensions[0].unit == "normalized")
    let action = try policy.statistics.robotAction(NormalizedAction(Array(repeating: 3, count: 7)))
    #expect(action.values == Array(repeating: 3, count: 7))
    #expect(try policy.space.clipped(action) == action)
  }
}
