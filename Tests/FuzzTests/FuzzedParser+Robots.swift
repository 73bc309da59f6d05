import Files
import Foundation
import Images
import NanoVLA

@testable import Simulators

/// Datasets of robots.
extension FuzzedParser {
  static let robots: [FuzzedParser] = [
    FuzzedParser(
      name: "robot-episode",
      seeds: {
        [2, 3].map { steps in
          Array(RobotEpisode.small(steps: steps).jsonLine(strips: ["episode-000000.png"]).utf8)
        }
      },
      parse: { bytes in
        let record = try RobotEpisodeRecord(
          Data(bytes), at: .init(path: "episodes.jsonl", line: 1), of: RobotDataset.small.header)
        precondition(record.actions.count == record.state.count)
        precondition(record.actions.joined().allSatisfy(\.isFinite))
      }),
    FuzzedParser(
      name: "robot-header",
      seeds: { [Array(try JSONWriter.text(RobotDataset.small.header).utf8)] },
      parse: { bytes in
        let header: RobotDatasetHeader = try JSONFile.parse(Data(bytes), name: "dataset.json")
          .decoded()
        precondition(header.fault == nil)
        _ = header.imageSize.map { FilmStrips.counts(of: Limits.robotEpisodeSteps, $0) }
      }),
    FuzzedParser(
      name: "robot-dataset", inputs: 50_000,
      seeds: {
        let folder = Scratch.folder.appending(path: "robot")
        try RobotDataset.small.write(to: folder)
        return [Array(try Data(contentsOf: folder.appending(path: "episodes.jsonl")))]
      },
      parse: { bytes in
        _ = Scratch.file("robot/episodes.jsonl", bytes)
        let dataset = try RobotDataset(contentsOf: Scratch.folder.appending(path: "robot"))
        precondition(dataset.frameCount > 0)
        _ = try dataset.statistics()
      }),
  ]
}

extension RobotDataset {
  fileprivate static var small: RobotDataset {
    let names = ["x", "gripper"]
    var dataset = RobotDataset(
      name: "toy",
      space: ActionSpace(
        names.map { ActionSpace.Dimension($0, unit: "m", bounds: -1...1) },
        gripperConvention: .oneOpen, controlRate: 12.5),
      stateNames: ["x"], episodes: [.small(steps: 2), .small(steps: 1)])
    dataset.header = dataset.header.completed(by: dataset.episodes[0])
    return dataset
  }
}

extension RobotEpisode {
  fileprivate static func small(steps: Int) -> RobotEpisode {
    let frame = RGBImage(width: 4, height: 3, color: .init(9, 90, 200))
    return RobotEpisode(
      task: "toy:reach", instruction: "reach the goal", seed: 7,
      frames: Array(repeating: frame, count: steps),
      actions: Array(repeating: [0.25, -1], count: steps),
      state: Array(repeating: [0.5], count: steps),
      positions: Array(repeating: [1, 2, 0.1], count: steps))
  }
}
