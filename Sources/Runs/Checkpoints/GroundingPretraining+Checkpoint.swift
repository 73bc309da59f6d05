import Files
import Foundation

/// A pre-training that can stop at any moment and resumes with bit-identical results.
///
/// The next step depends on the model, AdamW's two running means and the number of steps done; its
/// scenes come from seeds that the number of the step fixes.
extension GroundingPretraining {
  /// The checkpoint's name in the folder of a run.
  public static let checkpointFile = TrainingCheckpoint.fileName

  /// What fixes a run. The checkpoint holds it, so that a run resumes with the settings it began
  /// with.
  public struct Settings: Codable, Equatable, Sendable {
    /// Batches of fresh scenes.
    public var steps: Int
    /// Fixes the scenes.
    public var seed: UInt64

    /// The settings of a new run.
    public init(steps: Int = GroundingPretraining.defaultSteps, seed: UInt64 = 0) {
      (self.steps, self.seed) = (steps, seed)
    }
  }

  /// The settings of the run whose checkpoint is `file`.
  ///
  /// - Throws: `SafetensorsError`, ``CheckpointError`` or ``JSONFileError``.
  public static func settings(in file: URL) throws -> Settings {
    let settings: Settings = try SafetensorsFile(url: file).run()
    guard 1...1_000_000 ~= settings.steps else {
      throw CheckpointError.badConfiguration(
        file.path, "a run of \(settings.steps) steps; 1 to 1,000,000 are possible")
    }
    return settings
  }

  /// Writes the state of the training to `file`, completely or not at all.
  ///
  /// - Throws: if the file cannot be written.
  public func writeCheckpoint(to file: URL) throws {
    var checkpoint = TrainingCheckpoint()
    checkpoint.add(model, named: "model")
    try checkpoint.add(optimizer, of: model)
    try checkpoint.write(settings, to: file)
  }

  /// Resumes the training that `file` holds. If that fails, nothing is changed.
  ///
  /// - Throws: `SafetensorsError`, ``CheckpointError`` or ``JSONFileError``.
  public func restore(from file: URL) throws {
    let contents = try SafetensorsFile(url: file)
    guard try Self.settings(in: file) == settings else {
      throw CheckpointError.badConfiguration(
        file.path, "the checkpoint belongs to a run with other settings")
    }
    try contents.checkReproducible()
    let weights = try contents.values(of: model, named: "model")
    let state = try contents.state(of: optimizer, of: model)
    guard state.steps <= settings.steps else {
      throw CheckpointError.badConfiguration(
        file.path, "\(state.steps) steps are done of a run of \(settings.steps)")
    }
    for (parameter, values) in zip(model.parameters, weights) { parameter.values = values }
    optimizer.state = state
    stepsDone = state.steps
  }
}
