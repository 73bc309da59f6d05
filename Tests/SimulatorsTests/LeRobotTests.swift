import Foundation
import Images
import TestSupport
import Testing

@testable import Simulators

/// With LeRobot itself, whose reader and writer are the last word on its format.
@WaitingThread @Suite(.enabled(if: lerobotPython != nil, "no NANOVLA_LEROBOT_PYTHON"), .serialized)
struct LeRobotTests {
  private let python = PythonInterpreter(lerobotPython)

  /// Writes all frames and numbers that LeRobot reads from `name` to dumped.bin.
  private func dump(_ name: String, in folder: URL) throws -> String {
    try python.run(
      """
      from lerobot.datasets.lerobot_dataset import LeRobotDataset
      d = LeRobotDataset("a/b", root="\(name)")
      camera = d.meta.camera_keys[0]
      with open("dumped.bin", "wb") as f:
        for row in d:
          image = (row[camera].numpy() * 255).round().astype(np.uint8)
          f.write(image.transpose(1, 2, 0).tobytes() + row["action"].numpy().tobytes())
      print(len(d), d.meta.total_episodes, d.fps, d[len(d) - 1]["task"])
      """, in: folder)
  }

  private func bytes(_ episode: RobotEpisode) -> Data {
    zip(episode.frames, episode.actions).reduce(into: Data()) { data, step in
      data += step.0.pixels
      data += step.1.withUnsafeBytes { Data($0) }
    }
  }

  @Test("LeRobot opens what is exported, and reads equal pixels, actions and tasks")
  func export() throws {
    try withTemporaryFolder { folder in
      let dataset = someDataset([33, 1, 5])
      try dataset.write(to: folder.appending(path: "ours"))
      try LeRobotExport.write(
        RobotDatasetReader(folder.appending(path: "ours")),
        to: folder.appending(path: "lerobot"), python: python)
      let printed = try dump("lerobot", in: folder)
      #expect(printed.hasPrefix("39 3 12.5 reach “it” no. 2"))
      #expect(
        try Data(contentsOf: folder.appending(path: "dumped.bin"))
          == dataset.episodes.map(bytes).reduce(Data(), +))
    }
  }

  @Test(
    "What LeRobot records, as images or as video, is read as LeRobot reads it",
    arguments: [false, true])
  func record(video: Bool) throws {
    try withTemporaryFolder { folder in
      try python.run(
        """
        from lerobot.datasets.lerobot_dataset import LeRobotDataset
        d = LeRobotDataset.create("a/b", fps=10, root="recorded", robot_type="so100",
          use_videos=\(video ? "True" : "False"), features={
            "observation.images.top": {"dtype": "\(video ? "video" : "image")", "shape": (64, 96, 3),
              "names": ["height", "width", "channels"]},
            "observation.state": {"dtype": "float32", "shape": (2,), "names": ["x", "y"]},
            "action": {"dtype": "float32", "shape": (3,), "names": {"motors": ["x", "y", "gripper"]}}})
        random = np.random.default_rng(0)
        rows, columns = np.mgrid[:64, :96]
        for episode in range(3):
          for step in range(6 + 3 * episode):
            image = np.stack([columns * 2, rows * 3, np.full((64, 96), step * 12 + episode)], -1)
            d.add_frame({"observation.images.top": image.astype(np.uint8),
              "observation.state": random.normal(size=2).astype(np.float32),
              "action": random.normal(size=3).astype(np.float32), "task": ["pick", "place"][episode % 2]})
          d.save_episode()
        d.finalize()
        """, in: folder)
      #expect(try dump("recorded", in: folder).hasPrefix("27 3 10 pick"))
      var reading = ForeignDataset.Reading()
      reading.actions = .absolute
      let found = try ForeignDataset(
        folder.appending(path: "recorded"), reading, python: python)
      #expect(found.episodes.map(\.instruction) == ["pick", "place", "pick"])
      #expect(found.header.space.dimensions.map(\.name) == ["x", "y", "gripper position"])
      let episodes = try found.episodes.indices.map(found.episode)
      #expect(
        try Data(contentsOf: folder.appending(path: "dumped.bin"))
          == episodes.map(bytes).reduce(Data(), +))
    }
  }
}
