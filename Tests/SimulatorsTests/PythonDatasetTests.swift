import Foundation
import Images
import NanoVLA
import Tabletop
import TestSupport
import Testing

@testable import Simulators

/// The Python of which real simulators and libraries are tested.
private let simulatorsPython =
  ProcessInfo.processInfo.environment["NANOVLA_SIMULATORS_PYTHON"]

/// With the Python libraries themselves: pyarrow, pandas, pillow, h5py. `NANOVLA_SIMULATORS_PYTHON` names a
/// Python that has them.
@Suite(.enabled(if: simulatorsPython != nil, "no NANOVLA_SIMULATORS_PYTHON"), .serialized)
struct PythonDatasetTests {
  private let python = PythonInterpreter(simulatorsPython)

  /// Runs lines of Python in `folder`, and returns what they print.
  @discardableResult private func run(_ lines: String, in folder: URL) throws -> String {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(filePath: simulatorsPython!)
    process.arguments = ["-c", "import json, numpy as np\n" + lines]
    process.currentDirectoryURL = folder
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text
  }

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
      let text = try run(
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

  /// Two files as LIBERO writes them: demonstrations 0 and 10, the camera's rows from below.
  private static let libero = """
    import h5py
    for task in ("open_it", "close_it"):
      with h5py.File(task + "_demo.hdf5", "w") as f:
        d = f.create_group("data")
        d.attrs["problem_info"] = json.dumps({"language_instruction": task.replace("_", " ")})
        d.attrs["env_args"] = json.dumps({"env_name": "Kitchen", "env_kwargs": {"control_freq": 20}})
        for i in (10, 2):
          g = d.create_group(f"demo_{i}")
          g["actions"] = np.full((i, 7), .5); g["actions"][:, 6] = -1
          g["obs/agentview_rgb"] = np.arange(i * 2 * 3 * 3, dtype=np.uint8).reshape(i, 2, 3, 3)
          g["obs/eye_in_hand_rgb"] = np.zeros((i, 2, 3, 3), np.uint8)
          g["obs/ee_states"] = np.arange(i * 6.).reshape(i, 6)
          g["obs/gripper_states"] = np.ones((i, 2))
    """

  @Test("LIBERO's files give its environment's action space and state, upright, in numerical order")
  func hdf5() throws {
    try withTemporaryFolder { folder in
      try run(Self.libero, in: folder)
      let found = try ForeignDataset(folder, python: python)
      #expect(found.episodes.map(\.steps) == [2, 10, 2, 10])
      #expect(found.episodes.map(\.instruction) == ["close it", "close it", "open it", "open it"])
      #expect(found.episodes[2].task == "open_it_demo" && found.header.name == "Kitchen")
      #expect(found.header.space.dimensions[0].unit == "1 = 5 cm per step")
      #expect(found.header.space.grippers == [6] && found.header.space.controlRate == 20)
      #expect(found.header.actions == .delta && found.header.stateNames.last == "finger 2")
      #expect(found.cameras == ["agentview_rgb", "eye_in_hand_rgb"])
      let episode = try found.episode(1)
      // Turned by 180 degrees: the last pixel of the file is the first.
      #expect(Array(episode.frames[1].pixels.prefix(6)) == [33, 34, 35, 30, 31, 32])
      #expect(episode.actions[9] == [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, -1])
      #expect(episode.state[1] == [6, 7, 8, 9, 10, 11, 1, 1])
    }
  }

  @Test("Files without images, without data, or of another kind are refused in one line")
  func refused() throws {
    try withTemporaryFolder { folder in
      func message(_ name: String, camera: String? = nil) -> String {
        var reading = ForeignDataset.Reading()
        (reading.camera, reading.actions) = (camera, .delta)
        do {
          _ = try ForeignDataset(folder.appending(path: name), reading, python: python)
          return "no error"
        } catch { return "\(error)" }
      }
      try run(
        """
        import h5py, os
        h5py.File("empty.hdf5", "w").close()
        with h5py.File("blind.hdf5", "w") as f: f["data/demo_0/actions"] = np.zeros((3, 7))
        open("text.hdf5", "w").write("no")
        for v, name in (("v2.1", "old"), ("v3.0", "bare")):
          os.makedirs(name + "/meta")
          json.dump({"codebase_version": v, "fps": 5, "features": {"action": {"dtype": "float32",
            "shape": [2]}, "c": {"dtype": "image", "shape": [2, 2, 3]}}}, open(name + "/meta/info.json", "w"))
        """ + "\n" + Self.libero, in: folder)
      #expect(message("empty.hdf5").contains("no group data"))
      #expect(message("blind.hdf5").contains("the dataset holds no images"))
      #expect(message("text.hdf5").contains("text.hdf5: not an HDF5 file"))
      #expect(message("old").contains("LeRobot format v2.1; v3 is read"))
      #expect(message("bare").contains("the recording was not finalized"))
      #expect(
        message("open_it_demo.hdf5", camera: "wrist").contains(
          "no camera wrist; there are agentview_rgb, eye_in_hand_rgb"))
      #expect(message("open_it_demo.hdf5", camera: "eye_in_hand_rgb") == "no error")
    }
  }
}
