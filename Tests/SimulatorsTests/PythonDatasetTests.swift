import Foundation
import Images
import NanoVLA
import Tabletop
import TestSupport
import Testing

@testable import Simulators

/// With the Python libraries themselves: pyarrow, pandas, pillow, h5py. `NANOVLA_SIMULATORS_PYTHON` names a
/// Python that has them.
@WaitingThread
@Suite(.enabled(if: simulatorsPython != nil, "no NANOVLA_SIMULATORS_PYTHON"), .serialized)
struct PythonDatasetTests {
  private let python = PythonInterpreter(simulatorsPython)

  @Test("Ours → LeRobot → ours: equal pixels, numbers, instructions, seeds and action space")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      var dataset = someDataset([33, 1, 5])
      dataset.episodes[0].actions[0] = [-0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
      dataset.episodes[1].seed = nil
      try dataset.write(to: folder.appending(path: "ours"))
      let ours = try RobotDatasetReader(folder.appending(path: "ours"))
      let lerobot = folder.appending(path: "lerobot")
      try LeRobotExport.write(ours, to: lerobot, python: python)
      let back = try ForeignDataset(lerobot, python: python)
      #expect(back.header == ours.header && back.episodes == ours.episodes)
      for index in dataset.episodes.indices {
        let episode = try back.episode(index)
        #expect(episode == dataset.episodes[index])
        #expect(
          episode.actions.joined().map(\.bitPattern)
            == dataset.episodes[index].actions.joined().map(\.bitPattern))
      }
      #expect(throws: RobotDatasetError.exists(lerobot.path)) {
        try LeRobotExport.write(ours, to: lerobot, python: python)
      }
      var reading = ForeignDataset.Reading()
      reading.actions = .absolute
      #expect(
        throws: RobotDatasetError.mixedActions(
          expected: .absolute, found: .delta, lerobot.path)
      ) { try ForeignDataset(lerobot, reading, python: python) }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
          "lerobot", "ours",
        ])
    }
  }

  @Test("The files are as LeRobot v3 has them, and its statistics are numpy's over all frames")
  func layout() throws {
    try withTemporaryFolder { folder in
      let dataset = someDataset([7, 9])
      try dataset.write(to: folder.appending(path: "ours"))
      try LeRobotExport.write(
        RobotDatasetReader(folder.appending(path: "ours")),
        to: folder.appending(path: "lerobot"), camera: "top", python: python)
      let text = try python.run(
        """
        import pandas, pyarrow as pa, pyarrow.parquet as pq, io
        from PIL import Image
        root = "lerobot/"
        info, stats = (json.load(open(root + f"meta/{n}.json")) for n in ("info", "stats"))
        table = pq.read_table(root + info["data_path"].format(chunk_index=0, file_index=0))
        assert table.schema.field("action").type == pa.list_(pa.float32(), 3)
        assert table.schema.field("observation.images.top").type == pa.struct(
            [("bytes", pa.binary()), ("path", pa.string())])
        assert table["timestamp"].type == pa.float32() and table["index"].to_pylist() == list(range(16))
        assert table["frame_index"].to_pylist() == [*range(7), *range(9)]
        png = table["observation.images.top"][3].as_py()["bytes"]
        assert png[:4] == b"\\x89PNG" and Image.open(io.BytesIO(png)).size == (5, 3)
        actions = np.asarray(table["action"].to_pylist())
        assert np.allclose(stats["action"]["q99"], np.quantile(actions, .99, axis=0))
        assert np.allclose(stats["action"]["std"], actions.std(0)) and stats["action"]["count"] == [16]
        assert np.shape(stats["observation.images.top"]["mean"]) == (3, 1, 1)
        tasks = pandas.read_parquet(root + "meta/tasks.parquet")
        assert tasks.index.name == "task" and list(tasks["task_index"]) == list(range(len(tasks)))
        episodes = pq.read_table(root + "meta/episodes/chunk-000/file-000.parquet").to_pylist()
        assert [e["dataset_to_index"] for e in episodes] == [7, 16]
        assert [tasks.index[i] for i in table["task_index"].to_pylist()[::7]] == [
            episodes[0]["tasks"][0], episodes[1]["tasks"][0], episodes[1]["tasks"][0]]
        assert info["fps"] == 12.5 and info["total_frames"] == 16 and info["codebase_version"] == "v3.0"
        print("right")
        """, in: folder)
      #expect(text == "right\n")
      let foreign = try ForeignDataset(folder.appending(path: "lerobot"), python: python)
      let ours = try dataset.statistics().action
      for (a, b) in zip(foreign.ownStatistics["action"]!["q01"]!, ours.q01) {
        #expect(abs(a - b) < 1e-5)
      }
    }
  }

  @Test("Demonstrations of the toy world become LeRobot episodes and come back") func tabletop()
    throws
  {
    try withTemporaryFolder { folder in
      let demonstrations = Array(try DemonstrationDataset.bundled().demonstrations.prefix(2))
      let source = TabletopEpisodes(DemonstrationDataset(demonstrations))
      let lerobot = folder.appending(path: "new/lerobot")
      try LeRobotExport.write(source, to: lerobot, python: python)
      let back = try ForeignDataset(lerobot, python: python)
      #expect(back.header == source.header && back.header.space == .tabletop)
      #expect(try back.episode(1) == source.episode(1))
      #expect(try back.statistics() == source.statistics())
    }
  }
}
