import Foundation
import Images
import NanoVLA
import Runs
import Tabletop
import Testing

@Suite final class DatasetTests {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("DatasetTests-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  @Test("The bundled demonstrations are bit-identical to newly recorded ones")
  func bundled() throws {
    let made = try DemonstrationDataset.generate(suite: .object, count: 100)
    let bundled = try DemonstrationDataset.bundled()
    #expect(bundled.demonstrations.count == 100)
    #expect(bundled == made)
    try made.write(to: folder)
    let bundledFolder = try DemonstrationDataset.bundledFolder()
    var bytes = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let data = try Data(contentsOf: folder.appendingPathComponent(name))
      let isText = name.hasSuffix(".jsonl")
      // libpng versions may compress differently; the text never changes.
      if isText {
        #expect(try data == Data(contentsOf: bundledFolder.appendingPathComponent(name)))
      }
      bytes += data.count
    }
    #expect(bytes < 900_000)
  }

  @Test("A dataset that is written and read is the same", arguments: Tabletop.Suite.allCases)
  func roundTrip(suite: Tabletop.Suite) throws {
    let made = try DemonstrationDataset.generate(
      suite: suite, count: 4, firstSeed: 500, noise: 0.15, flips: 0.02, imageSize: 32
    )
    try made.write(to: folder)
    #expect(try DemonstrationDataset(contentsOf: folder) == made)
    for demonstration in made.demonstrations {
      #expect(demonstration.suite == suite)
      #expect(demonstration.actions.allSatisfy { $0.count == 7 && $0[3] == 0 })
      #expect(demonstration.proprioception.allSatisfy { $0.count == 4 })
    }
  }

  @Test("The stored actions are the expert's clean ones, not the noisy ones that were executed")
  func cleanActions() throws {
    let noisy = try #require(Demonstration.record(suite: .object, seed: 3, noise: 0.1))
    let start = Tabletop.Suite.object.initialState(seed: 3)
    let clean = Expert.action(in: start.scene, toward: start.task.goals[0])
    let difference = zip(noisy.actions[0], clean).map { abs($0 - $1) }.max()!
    #expect(difference < 1e-5)
    let moved = zip(noisy.proprioception[1], noisy.proprioception[0]).map { $0 - $1 }
    let noise = zip(moved, clean).prefix(3).map { abs($0 - $1) }.max()!
    #expect(noise > 1e-3)
  }

  @Test("Writing a smaller dataset over a larger one removes the old strips and keeps other files")
  func overwriting() throws {
    try DemonstrationDataset.generate(suite: .object, count: 5).write(to: folder)
    let other = folder.appendingPathComponent("dataset_statistics.json")
    try Data("{}".utf8).write(to: other)
    try DemonstrationDataset.generate(suite: .spatial, count: 2).write(to: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(
      names == [
        "dataset_statistics.json", "demonstrations.jsonl", "episode-000.png", "episode-001.png",
      ])
  }

  @Test("A strip shows the frames side by side")
  func strips() throws {
    let made = try DemonstrationDataset.generate(suite: .object, count: 1)
    try made.write(to: folder)
    let strip = try RGBImage(png: folder.appendingPathComponent("episode-000.png"))
    let frames = made.demonstrations[0].frames
    #expect((strip.width, strip.height) == (64 * frames.count, 64))
    #expect(strip.cropped(x: 64, y: 0, width: 64, height: 64) == frames[1])
  }

  @Test("Requests out of range, or on which the expert always fails, are errors")
  func requests() {
    #expect(throws: DatasetError.self) {
      try DemonstrationDataset.generate(suite: .object, count: 1, noise: .nan)
    }
    #expect(throws: DatasetError.self) {
      try DemonstrationDataset.generate(suite: .object, count: 1, flips: 2)
    }
    #expect(throws: DatasetError.self) {
      try DemonstrationDataset.generate(suite: .object, count: -1)
    }
    // With every gripper command reversed no object is ever held.
    #expect(throws: DatasetError.self) {
      try DemonstrationDataset.generate(suite: .object, count: 3, flips: 1)
    }
  }

  @Test("Writing below a regular file is an error and leaves nothing behind")
  func unwritable() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent("plain")
    try Data("x".utf8).write(to: file)
    let below = file.appendingPathComponent("set")
    let dataset = try DemonstrationDataset.generate(suite: .object, count: 1)
    #expect(throws: DatasetError.cannotWrite(below.path)) { try dataset.write(to: below) }
    #expect(throws: DatasetError.cannotWrite(file.path)) { try dataset.write(to: file) }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(left == ["plain"])
  }
}
