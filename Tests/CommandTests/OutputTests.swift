import Foundation
import Testing

/// What the commands do where their output cannot go as a user expects: one line, a status that is not
/// 0, and nothing of others overwritten.
@Suite(.serialized) struct OutputTests {
  private let program = Program.product("nanovla")
  private let shell = Program("/bin/sh")
  private let folder: URL
  private let training = ["train", "--demonstrations", "3", "--episodes", "0", "--steps"]

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "output-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func names(_ path: String = "") -> Set<String> {
    let place = folder.appending(path: path).path
    return Set((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? [])
  }

  private func expectOneLine(
    _ result: Program.Result, _ part: String, status: Int32 = 1,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.status == status, sourceLocation: sourceLocation)
    #expect(
      result.error.hasSuffix("\n") && result.error.dropLast().allSatisfy { $0 != "\n" },
      "\(result.error)", sourceLocation: sourceLocation)
    #expect(result.error.contains(part), "\(result.error)", sourceLocation: sourceLocation)
    #expect(result.error.count < 700, sourceLocation: sourceLocation)
  }

  @Test("lost standard output is an error of every command")
  func lostOutput() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let lessons = Program.product("nanovla-lesson").path
    let commands = [
      "\(program.path) vlms", "\(program.path) vlms llava --json", "\(program.path) --help",
      "\(program.path) data --count 1 --output \(folder.path)/data", "\(lessons) list",
      "\(lessons) --help",
    ]
    for command in commands {
      let full = try shell.run(["-c", "exec \(command) > /dev/full"], in: checkout)
      expectOneLine(full, "cannot write to standard output: no space left on device")
      let closed = try shell.run(["-c", "exec \(command) >&-"], in: checkout)
      expectOneLine(closed, "cannot write to standard output: it is closed")
    }
    let script = "(sleep 1; \(program.path) vlms; echo $? >&2) | true"
    let piped = try shell.run(["-c", script], in: folder)
    #expect(piped.error == "Error: cannot write to standard output: broken pipe\n141\n")
  }

  @Test(
    "an empty path or instruction is refused by name",
    arguments: [
      ["train", "--output", ""], ["train", "--output="], ["data", "--output", "", "--count", "1"],
      ["rl", "--output", "run", "--policy", ""], ["pretrain", "--output", ""], ["inspect", ""],
      ["evaluate", "--policy", "p", "--sheet", ""],
    ])
  func empty(arguments: [String]) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("mine".utf8).write(to: folder.appending(path: "episode-007.png"))
    let result = try program.run(arguments, in: folder)
    expectOneLine(result, " is empty: give it a value")
    let option = arguments.last { $0.hasPrefix("--") && $0 != "--count" } ?? "an argument"
    #expect(result.error.contains(option.filter { $0 != "=" }))
    #expect(names() == ["episode-007.png"])
  }

  @Test("a message has one bounded line however long and wild its words are")
  func long() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = String(repeating: "long/", count: 1000)
    expectOneLine(try program.run(["inspect", path], in: folder), "long/")
    expectOneLine(try program.run(["inspect", "a\nb\u{1B}[31m"], in: folder), "a b\u{FFFD}[31m")
    let unknown = try program.run(["vlms", "--" + String(repeating: "x", count: 9000)], in: folder)
    #expect(unknown.status == 64)
    #expect(unknown.error.split(separator: "\n").allSatisfy { $0.count < 700 })
  }

  @Test("the second of two runs into one folder is refused while the first lives")
  func twoRuns() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let log = folder.appending(path: "run/metrics.jsonl")
    _ = try program.run(training + ["200000", "--output", "run"], in: folder) { first, _ in
      while first.isRunning, !FileManager.default.fileExists(atPath: log.path) { usleep(2000) }
      let before = names("run").subtracting([".nanovla-lock"])
      for command in [
        training + ["20", "--resume"], ["rl", "--epochs", "1"], ["pretrain", "--steps", "1"],
        ["data", "--count", "1"],
      ] {
        let second = try? program.run(command + ["--output", "run"], in: folder)
        if let second { expectOneLine(second, "run is in use by another run") }
      }
      #expect(names("run").isSuperset(of: before) && !names("run").contains("start"))
      kill(first.processIdentifier, SIGKILL)
    }
    let other = try program.run(training + ["20", "--output", "run"], in: folder)
    expectOneLine(other, "already holds a run")  // no longer in use
    let data = try program.run(["data", "--count", "1", "--output", "run"], in: folder)
    #expect(data.status == 0, "\(data.error)")
    #expect(!names("run").contains(".nanovla-lock"))
  }

  @Test("a signal ends a training in one line, and it resumes", arguments: [SIGINT, SIGTERM])
  func signals(number: Int32) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let options = training + ["1500", "--output", "run", "--resume"]
    let ended = try program.runKilled(
      options, by: number, in: folder, after: 1, of: folder.appending(path: "run/metrics.jsonl"))
    if ended.status != 0 {  // else it was done before the signal came
      expectOneLine(
        ended, "ended by \(number == SIGINT ? "SIGINT" : "SIGTERM"): run holds the run",
        status: 128 + number)
    }
    let resumed = try program.run(options, in: folder)
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(names("run").contains("model.safetensors"))
  }

  @Test("a file that cannot be written whole ends a training in one line, the old one intact")
  func fullDisk() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let short = training + ["20", "--output", "run"]
    #expect(try program.run(short, in: folder).status == 0)
    let file = folder.appending(path: "run/checkpoint.safetensors")
    let before = try Data(contentsOf: file)
    // `ulimit -f` bounds each file as a full disk does.
    let command = "ulimit -f 64; exec \(program.path) \(short.joined(separator: " ")) --resume"
    let failed = try shell.run(["-c", command], in: folder)
    expectOneLine(failed, "checkpoint.safetensors: cannot be written: file too large")
    #expect(try Data(contentsOf: file) == before)
    #expect(names("run").allSatisfy { !$0.hasPrefix(".") })
    let words = (training + ["20", "--output", "new"]).joined(separator: " ")
    let fresh = try shell.run(["-c", "ulimit -f 64; exec \(program.path) \(words)"], in: folder)
    expectOneLine(fresh, "cannot be written")
    #expect(!names().contains("new"))
  }

  @Test("a training that diverges says what it left and how to go on")
  func diverged() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let options = training + ["50", "--weight-decay", "100", "--output"]
    let failed = try program.run(options + ["run", "--learning-rate", "1"], in: folder)
    expectOneLine(failed, "is not finite; run keeps the run up to its last checkpoint")
    #expect(failed.error.contains("use a smaller --learning-rate and another --output"))
    #expect(!names("run").contains("model.safetensors"))
    let other = try program.run(options + ["other", "--learning-rate", "0.001"], in: folder)
    #expect(other.status == 0, "\(other.error)")
  }

  @Test("data deletes only strips that the folder's own list named")
  func strips() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = folder.appending(path: "data")
    try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: run.appending(path: "episode-007.png"))
    for count in ["3", "1"] {
      let made = try program.run(["data", "--count", count, "--output", "data"], in: folder)
      #expect(made.status == 0, "\(made.error)")
    }
    #expect(
      names("data") == [
        "demonstrations.jsonl", "dataset_statistics.json", "episode-000.png", "episode-007.png",
      ])
    #expect(try Data(contentsOf: run.appending(path: "episode-007.png")) == Data("mine".utf8))
  }
}
