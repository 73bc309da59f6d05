import Foundation

/// How simulators are run: which, by which Python, how many at once, and what the camera shows.
public struct SimulatorSettings: Sendable, Equatable {
  /// The effort of the renderer; "fast" leaves out shadows, reflections and anti-aliasing.
  public enum Rendering: String, Sendable, CaseIterable { case fast, full }

  public var name: SimulatorName
  public var python: PythonInterpreter
  /// Width and height of the image, in pixels.
  public var imageSize: Int
  /// The most processes at once, each with one simulator. By default one for each core, if there is
  /// memory for them.
  public var processes: Int
  /// nil for the simulator's own default: fast for MetaWorld, full for LIBERO.
  public var rendering: Rendering?
  /// The text of the task, where the simulator has none (Gymnasium).
  public var instruction: String?
  /// The most steps of an episode; nil for the simulator's own number.
  public var horizon: Int?
  /// Whether an OpenVLA in LIBERO sees the middle 90 % of the image, as its published evaluation shows
  /// it to checkpoints that learned from random crops.
  public var cropsCenter: Bool

  /// What the toy VLM sees too.
  public static let defaultImageSize = 64

  /// The default number of processes for episodes that run in groups of `size`: a group for each core, as
  /// long as they take no more than three quarters of the memory; at least one group.
  static func processes(
    of kind: SimulatorName.Kind, groupsOf size: Int = 1,
    cores: Int = ProcessInfo.processInfo.activeProcessorCount,
    memory: UInt64 = ProcessInfo.processInfo.physicalMemory
  ) -> Int {
    let fitting = Int(memory >> 20) / 4 * 3 / (kind.megabytes * size)
    return size * max(1, min(cores, fitting))
  }

  public init(
    _ name: SimulatorName, python: PythonInterpreter = .init(), imageSize: Int = defaultImageSize,
    processes: Int? = nil, rendering: Rendering? = nil, instruction: String? = nil,
    horizon: Int? = nil, cropsCenter: Bool = true
  ) {
    (self.name, self.python, self.imageSize) = (name, python, imageSize)
    self.processes = processes ?? Self.processes(of: name.kind)
    (self.rendering, self.instruction, self.horizon) = (rendering, instruction, horizon)
    self.cropsCenter = cropsCenter
  }

  /// Refuses numbers that no simulator can be run with.
  public func check() throws(SimulatorError) {
    for (name, value, range) in [
      ("image size", imageSize, 16...1024), ("processes", processes, 1...1024),
      ("horizon", horizon ?? 1, 1...10_000),
    ] where !range.contains(value) {
      throw .outOfRange(name, value, range)
    }
  }
}
