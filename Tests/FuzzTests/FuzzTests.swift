import Foundation
import Testing

/// Every parser reads 100,000 inputs that were made from valid ones, in less than a minute; what builds a
/// network of each input reads some thousands. The output says how many, and how long they took.
///
/// Each parser runs in a process of its own, so that a trap is a failed test with its input, and so that
/// its memory can be measured. The inputs are the same in every run; `NANOVLA_FUZZ=20` makes twenty times
/// as many, for a night. `.ci/fuzz NAME` searches on, guided by coverage (see CONTRIBUTING).
@Suite("Parsers of damaged files", .serialized) struct FuzzTests {
  @Test("A parser returns a value or one line, soon and in little memory", arguments: names)
  func survives(name: String) async throws {
    let folder = Scratch.folder(of: getpid())
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(name.utf8).write(to: folder.appending(path: "parser"))
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent, \.standardOutputContent]
    ) {
      let name = try String(contentsOf: Scratch.folder.appending(path: "parser"), encoding: .utf8)
      try FuzzRun(FuzzedParser.named(name)!).run()
    }
    guard let result, result.exitStatus == .exitCode(EXIT_SUCCESS) else {
      let kept = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(name)-crasher")
      try? FileManager.default.removeItem(at: kept)
      try FuzzRun.lastInput(in: folder).write(to: kept)
      let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      Issue.record(
        "\(said.prefix(600)); its input is \(kept.path), keep it in Tests/Fixtures/fuzz/\(name)")
      return
    }
    print(String(decoding: result.standardOutputContent, as: UTF8.self), terminator: "")
  }

  static let names = FuzzedParser.all.map(\.name)

  @Test("Inputs are reproducible, and most of them differ from the valid ones")
  func inputs() throws {
    let seed = Array(#"{"a": [1, 2, {"b": null}], "c": "d"}"#.utf8)
    let mutator = Mutator([seed], form: .text)
    let inputs = (0..<1000).map(mutator.input)
    #expect(inputs == (0..<1000).map(Mutator([seed], form: .text).input))
    #expect(Set(inputs).count > 500)
    let text = JSONText(seed)
    #expect(text.values.count == 10 && text.members.count == 3)
  }

  @Test("An error of another type, of several lines or without bound is found")
  func complaints() {
    struct Foreign: Error {}
    #expect(FuzzedParser.complaint(about: Foreign())?.contains("type") == true)
  }
}
