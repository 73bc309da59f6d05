import Foundation

/// A parser, valid inputs from which others are made, and what it may take.
struct FuzzedParser: Sendable {
  let name: String
  var form = FileForm.text
  /// Inputs of one run; `NANOVLA_FUZZ=10` in the environment makes ten times as many. Only a parser that
  /// builds a network from what it read takes fewer.
  var inputs = 100_000
  /// The resident memory in MB by which a run may grow.
  var megabytes = 256
  /// Valid inputs.
  let seeds: @Sendable () throws -> [[UInt8]]
  /// Reads the bytes and uses what it read. Its errors are the subject of the test.
  let parse: @Sendable ([UInt8]) throws -> Void

  static let all: [FuzzedParser] = files + models + runs + robots

  static func named(_ name: String) -> FuzzedParser? { all.first { $0.name == name } }

  /// Inputs that once ended a parser wrongly, kept in Tests/Fixtures/fuzz/NAME: they are seeds.
  var crashers: [[UInt8]] {
    let folder = Self.fixtures.appending(path: "fuzz/\(name)")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.sorted().compactMap { name in
      (try? Data(contentsOf: folder.appending(path: name))).map { Array($0) }
    }
  }

  /// The source tree's fixtures.
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures")

  static func fixture(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: fixtures.appending(path: "seed0/\(path)")))
  }

  /// Why the error of a parser is not what a user should see; nil if it is: one of the package's own types,
  /// in one line without control characters, however long the input is.
  static func complaint(about error: any Error) -> String? {
    let type = String(reflecting: Swift.type(of: error))
    let modules = [
      "Tensors", "Files", "Images", "Tabletop", "NanoVLA", "VLMs", "Runs", "Simulators",
    ]
    guard modules.contains(where: { type.hasPrefix($0 + ".") }) else {
      return "an error of type \(type): \("\(error)".prefix(200))"
    }
    let text = "\(error)"
    let count = text.unicodeScalars.count
    guard count <= 4000 else { return "\(count) code points: \(text.prefix(200))" }
    let control = text.unicodeScalars.first { $0.value < 32 || (0x7F...0x9F).contains($0.value) }
    return control.map { "U+\(String($0.value, radix: 16)) in: \(text.prefix(300))" }
  }
}

/// A folder of this process and of the one that started it, in memory where the system has such a place.
enum Scratch {
  static func folder(of process: pid_t) -> URL {
    let memory = URL(filePath: "/dev/shm")
    let isWritable = access(memory.path, W_OK) == 0
    let place = isWritable ? memory : FileManager.default.temporaryDirectory
    return place.appending(path: "nanovla-fuzz-\(process)")
  }

  /// The folder in a process that the tests started.
  static let folder: URL = {
    let made = folder(of: getppid())
    try! FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
    return made
  }()

  /// `folder`/`name` with these bytes, written without the care of an atomic file: some µs.
  static func file(_ name: String, _ bytes: [UInt8]) -> URL {
    let url = folder.appending(path: name)
    let descriptor = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0 && write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
    return url
  }
}
