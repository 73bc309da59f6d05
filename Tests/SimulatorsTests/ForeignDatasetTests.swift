import Foundation
import Images
import NanoVLA
import TestSupport
import Testing

@testable import Simulators

/// What Python says of a dataset is checked like a file: here it says what a test wants.
@WaitingThread @Suite(.enabled(if: BridgeScript.canRun, "there is no python3"), .serialized)
struct ForeignDatasetTests {
  /// A dataset of two episodes of 2 and 3 steps, changed by `lines` of Python.
  private func dataset(
    _ lines: String = "", _ reading: ForeignDataset.Reading = .init()
  ) throws -> ForeignDataset {
    let script = try BridgeScript(
      """
      Array, op = B["Array"], B["op"]
      import struct
      about = {"format": "lerobot", "robot": "arm", "camera": "top", "cameras": ["top", "wrist"],
               "fps": 12.5, "height": 3, "width": 5, "positions": 0, "episodes": 2,
               "action_names": ["a", "gripper"], "state_names": ["a"], "dimensions": None,
               "header": None, "statistics": {"action": {"q01": [0, 1]}}}
      episodes = [{"steps": 2, "instruction": "one"}, {"steps": 3, "instruction": "two", "seed": 2**64 - 1}]
      floats = lambda name, *rows: Array(name, "float32", [len(rows), len(rows[0])], struct.pack(
          f"<{len(rows) * len(rows[0])}f", *(x for row in rows for x in row)))
      numbers = lambda i: [floats("actions", *[[t - i, 90 * t] for t in range(2 + i)]),
                           floats("state", *[[t] for t in range(2 + i)])]
      frames = lambda i, start, count: Array("frames", "uint8", [count, 3, 5, 3], bytes(
          (i + (start + t) * 7 + k) % 256 for t in range(count) for k in range(45)))
      \(lines)
      @op("dataset_open")
      def f(p, a): return about, []
      @op("dataset_episodes")
      def f(p, a): return {"episodes": episodes[p["start"]:p["start"] + p["count"]]}, []
      @op("dataset_episode")
      def f(p, a): return {}, numbers(p["index"])
      @op("dataset_frames")
      def f(p, a): return {}, [frames(p["index"], p["start"], p["count"])]
      """)
    var reading = reading
    if reading.actions == nil, lines.isEmpty == false { reading.actions = .delta }
    return try ForeignDataset(
      URL(filePath: "/data"), reading, bridge: Bridge(script: script.file))
  }

  private func message(_ lines: String) -> String {
    do {
      let found = try dataset(lines)
      for index in found.episodes.indices { _ = try found.episode(index) }
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("Episodes arrive unchanged; what the dataset does not say comes from the reading")
  func read() throws {
    #expect(throws: ForeignDatasetError.noActionKind("/data")) { try dataset() }
    var reading = ForeignDataset.Reading()
    (reading.actions, reading.gripper, reading.instruction) = (.absolute, .oneOpen, "go")
    let found = try dataset("", reading)
    #expect(found.header.name == "arm" && found.header.actions == .absolute)
    #expect(found.header.space.controlRate == 12.5 && found.header.stateNames == ["a"])
    // A gripper that opens by 180 is no switch.
    #expect(found.header.space.dimensions.map(\.name) == ["a", "gripper position"])
    #expect(found.header.space.dimensions.map(\.bounds) == [-1...1, 0...180])
    #expect(found.header.space.mask == [true, true])
    #expect(found.ownStatistics["action"]?["q01"] == [0, 1])
    let episode = try found.episode(1)
    #expect(
      episode.actions == [[-1, 0], [0, 90], [1, 180]] && episode.state == [[0], [1], [2]])
    #expect(episode.instruction == "go" && episode.task == "go" && episode.seed == .max)
    let pixels: [[UInt8]] = (0..<3).map { t in (0..<45).map { k in UInt8(1 + t * 7 + k) } }
    #expect(episode.frames.map(\.pixels) == pixels && episode.frames[0].width == 5)
  }

  @Test(
    "Lies about sizes, counts and numbers are refused in one line",
    arguments: [
      ("about['width'] = 10 ** 9", "/data: frames: 1000000000, but must be 1 to 4096"),
      ("about['episodes'] = 0", "/data: episodes: 0, but must be 1 to 100000"),
      ("about['action_names'] = []", "/data: actions: 0, but must be 1 to 64"),
      ("about['fps'] = 0", "/data: 0.0 frames a second"),
      ("del about['fps']", "/data: result.fps is missing; add it, or download the file again"),
      ("episodes[1]['instruction'] = ''", "/data: episode 1 has no instruction of 1 to 1000"),
      ("episodes[0]['steps'] = -1", "/data: result.episodes[0].steps is -1, but must be from 1 to"),
      ("episodes[1]['steps'] = 4", "episode 1: 4 steps, but 3 actions and 3 rows of state"),
      ("numbers = lambda i: []", "episode 0: actions are not rows of 2 numbers"),
      (
        "numbers = lambda i: [floats('actions', [float('nan'), 0]), floats('state', [1])]",
        "episode 0: an action is NaN or infinite"
      ),
      (
        "frames = lambda i, s, n: Array('frames', 'uint8', [n, 5, 3, 3], bytes(n * 45))",
        "episode 0: images of the shape [2, 5, 3, 3], not [2, 3, 5, 3]"
      ),
      (
        "frames = lambda i, s, n: Array('frames', 'uint8', [n, 3, 5, 3], bytes(7))",
        "episode 0: images of the shape"
      ),
      ("frames = lambda i, s, n: 1 / 0", "Python failed in \"dataset_frames\": ZeroDivisionError"),
    ])
  func lies(lines: String, error: String) {
    let found = message(lines)
    #expect(found.hasPrefix(error) && !found.contains("\n"), "\(found)")
  }

  @Test("A folder of neither kind, and a Python without libraries, are told in one line")
  func missing() throws {
    try withTemporaryFolder { folder in
      func message(_ path: URL) -> String {
        do {
          _ = try ForeignDataset(path, python: PythonInterpreter())
          return "no error"
        } catch { return "\(error)" }
      }
      #expect(message(folder).contains("neither a LeRobot dataset (meta/info.json) nor a folder"))
      #expect(message(folder.appending(path: "a")).hasSuffix("no such file or folder"))
    }
  }
}
