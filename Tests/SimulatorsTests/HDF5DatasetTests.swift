import Foundation
import Images
import TestSupport
import Testing

@testable import Simulators

/// HDF5 files as LIBERO and robomimic write them.
@WaitingThread
@Suite(.enabled(if: simulatorsPython != nil, "no NANOVLA_SIMULATORS_PYTHON"), .serialized)
struct HDF5DatasetTests {
  private let python = PythonInterpreter(simulatorsPython)

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
      try python.run(Self.libero, in: folder)
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
      try python.run(
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
