import Files
import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing

@testable import Simulators

/// Episodes of random numbers and pixels.
func someEpisode(
  steps: Int, width: Int = 5, height: Int = 3, seed: UInt64, positions: Int = 2
) -> RobotEpisode {
  var random = SeededRandom(seed: seed)
  func rows(_ count: Int, _ width: Int) -> [[Float]] {
    (0..<count).map { _ in (0..<width).map { _ in random.uniform(in: -3...3) } }
  }
  let frames = (0..<steps).map { _ in
    RGBImage(
      width: width, height: height,
      pixels: (0..<3 * width * height).map { _ in UInt8(random.integer(below: 256)) })
  }
  return RobotEpisode(
    task: "toy:reach-\(seed % 2)", instruction: "reach “it” no. \(seed % 3)\n", seed: .max - seed,
    frames: frames, actions: rows(steps, 3), state: rows(steps, 2),
    positions: positions == 0 ? [] : rows(steps, positions))
}

let someSpace = ActionSpace(
  [
    ActionSpace.Dimension("x", unit: "m", bounds: -1...1),
    ActionSpace.Dimension("y", unit: "m", bounds: -0.3...0.7),
    ActionSpace.Dimension("gripper", unit: "1 open", bounds: 0...1),
  ], gripperConvention: .oneOpen, controlRate: 12.5)

func someDataset(_ steps: [Int] = [33, 1, 64]) -> RobotDataset {
  RobotDataset(
    name: "toy", space: someSpace, stateNames: ["x", "y"],
    episodes: steps.enumerated().map { someEpisode(steps: $1, seed: UInt64($0)) })
}

@Suite struct RobotDatasetTests {
  @Test("A dataset reads back equal: all numbers bit for bit, all pixels, non-square frames")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      var dataset = someDataset()
      // Numbers whose decimals are long, tiny, huge, or a negative zero.
      dataset.episodes[0].actions[0] = [-0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
      dataset.episodes[0].actions[1] = [1 / 3, 16_777_216, 8.589973e9]
      dataset.episodes[0].state[2] = [-.leastNonzeroMagnitude, -1.1754944e-38]
      dataset.episodes[1].seed = nil
      try dataset.write(to: folder)
      let read = try RobotDataset(contentsOf: folder)
      dataset.header = dataset.header.completed(by: dataset.episodes[0])
      #expect(read == dataset)
      func bits(_ dataset: RobotDataset) -> [UInt32] {
        dataset.episodes.flatMap { ($0.actions + $0.state + $0.positions).joined() }
          .map(\.bitPattern)
      }
      #expect(bits(read) == bits(dataset))
      let size = try RGBImage(png: folder.appending(path: "episode-000000.png"))
      #expect(size.width == 32 * 5 && size.height == 2 * 3)
      #expect(try RobotDatasetReader(folder).statistics() == dataset.statistics())
    }
  }

  @Test("Every float's text reads back as the same number") func floats() throws {
    var random = SeededRandom(seed: 5)
    var episode = someEpisode(steps: 1, seed: 0, positions: 0)
    let numbers: [Float] = (0..<20_000).map { _ in
      let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
      return value.isFinite ? value : 0
    }
    episode.actions = [numbers]
    let line = Data(episode.jsonLine(strips: []).utf8)
    let read = try JSONFile.parse(line, name: "line")["actions"][0].decoded([Float].self)
    #expect(read.map(\.bitPattern) == numbers.map(\.bitPattern))
  }

  @Test("Frames beyond one file's pixels go to several files") func severalFiles() throws {
    let size = RobotDatasetHeader.ImageSize(width: 4096, height: 1500)
    #expect(FilmStrips.counts(of: 5, size) == [2, 2, 1])
    #expect(FilmStrips.names(7, count: 2) == ["episode-000007.png", "episode-000007-1.png"])
    #expect(FilmStrips.isOwn("episode-000007-1.png") && FilmStrips.isOwn("episode-1234567.png"))
    #expect(!FilmStrips.isOwn("episode-000007-01.png") && !FilmStrips.isOwn("episode-7.png"))
    try withTemporaryFolder { folder in
      var dataset = someDataset([1])
      dataset.episodes[0] = someEpisode(steps: 2, seed: 1)
      dataset.episodes[0].frames = (0..<2).map {
        RGBImage(width: 4096, height: 2100, color: .init(UInt8($0), 9, 200))
      }
      dataset.header.imageSize = nil
      try dataset.write(to: folder)
      #expect(try RobotDataset(contentsOf: folder).episodes == dataset.episodes)
      #expect(FileManager.default.fileExists(atPath: folder.path + "/episode-000000-1.png"))
    }
  }

  @Test("Writing replaces an earlier dataset and leaves other files") func replaced() throws {
    try withTemporaryFolder { folder in
      try someDataset().write(to: folder)
      try Data("mine".utf8).write(to: folder.appending(path: "episode-000000-photo.png"))
      let small = someDataset([2])
      try small.write(to: folder)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(
        names == [
          "dataset.json", "dataset_statistics.json", "episode-000000-photo.png",
          "episode-000000.png", "episodes.jsonl",
        ])
      #expect(try RobotDataset(contentsOf: folder).episodes == small.episodes)
    }
  }

  @Test("An interrupted recording is refused, continued after its last whole episode, then equal")
  func interrupted() throws {
    try withTemporaryFolder { folder in
      let whole = someDataset([4, 3, 2])
      try whole.write(to: folder.appending(path: "whole"))
      let part = folder.appending(path: "part")
      var writer: RobotDatasetWriter? = try RobotDatasetWriter(to: part, whole.header)
      for episode in whole.episodes.prefix(2) { try writer!.append(episode) }
      writer = nil
      let text = part.appending(path: "episodes.jsonl")
      try Data("{\"task\":\"toy".utf8).append(to: text)  // killed while writing a line
      #expect(throws: RobotDatasetError.unfinished(part.path, episodes: 2)) {
        try RobotDataset(contentsOf: part)
      }
      var other = whole.header
      (other.name, other.actions) = ("tea", .absolute)
      #expect(
        throws: RobotDatasetError.otherDataset(
          part.path, ["name toy for tea", "actions delta for absolute"])
      ) { try RobotDatasetWriter(to: part, other) }
      do {
        let again = try RobotDatasetWriter(to: part, whole.header)
        #expect(again.episodes.map(\.seed) == whole.episodes.prefix(2).map(\.seed))
        #expect(throws: FolderLockError.self) { try RobotDatasetWriter(to: part, whole.header) }
        try again.append(whole.episodes[2])
        try again.finish()
      }
      for name in ["dataset.json", "episodes.jsonl", "episode-000002.png"] {
        let files = [part, folder.appending(path: "whole")].map { $0.appending(path: name) }
        #expect(try Data(contentsOf: files[0]) == Data(contentsOf: files[1]))
      }
      #expect(throws: RobotDatasetError.exists(part.path)) {
        try RobotDatasetWriter(to: part, whole.header)
      }
    }
  }

  @Test("An episode that does not belong to the dataset is refused with its number and fault")
  func foreignEpisodes() throws {
    try withTemporaryFolder { folder in
      let writer = try RobotDatasetWriter(to: folder, someDataset([1]).header)
      try writer.append(someEpisode(steps: 2, seed: 0))
      func refuses(_ reason: String, _ change: (inout RobotEpisode) -> Void) {
        var episode = someEpisode(steps: 2, seed: 1)
        change(&episode)
        #expect(throws: RobotDatasetError.badEpisode(1, reason)) { try writer.append(episode) }
      }
      refuses("actions[1] has 2 numbers, not 3") { $0.actions[1].removeLast() }
      refuses("actions[0] holds nan; every number must be finite") { $0.actions[0][1] = .nan }
      refuses("state[0] has 3 numbers, not 2") { $0.state[0].append(1) }
      refuses("no positions, but the dataset has 2 a step") { $0.positions = [] }
      refuses("instruction has 0 bytes; 1 to 1000 are allowed") { $0.instruction = "" }
      refuses("a frame of 3×5 pixels, the dataset has 5×3") {
        $0.frames[1] = RGBImage(width: 3, height: 5)
      }
      #expect(writer.episodes.count == 1)
    }
  }

  @Test("More pixels than memory allows are refused before any is read") func pixels() throws {
    try withTemporaryFolder { folder in
      try someDataset([20]).write(to: folder)
      let file = folder.appending(path: "dataset.json")
      let text = try String(contentsOf: file, encoding: .utf8)
      let large = text.replacing("\"width\" : 5", with: "\"width\" : 4096")
        .replacing("\"height\" : 3", with: "\"height\" : 4096")
      try Data(large.utf8).write(to: file)
      // 20 frames of 16 M pixels would be 20 files.
      #expect(throws: DatasetError.self) { try RobotDataset(contentsOf: folder) }
    }
  }
}
