// Pre-training that can be killed at any moment and resumed as if nothing had happened, bit for bit.
//
// The next step depends on the model, AdamW's two running means and the number of steps done; its
// scenes are drawn from seeds that the number of the step fixes.

import Foundation
import Tensors

extension GroundingPretraining {
  public static let checkpointFile = TrainingCheckpoint.fileName

  /// What a run is made by.
  public struct Settings: Codable, Equatable, Sendable {
    public var steps: Int
    public var seed: UInt64

    public init(steps: Int = GroundingPretraining.defaultSteps, seed: UInt64 = 0) {
      (self.steps, self.seed) = (steps, seed)
    }
  }

  /// The settings of the run that `file` holds.
  public static func settings(in file: URL) throws -> Settings {
    let settings: Settings = try SafetensorsFile(url: file).run()
    guard 1...1_000_000 ~= settings.steps else {
      throw CheckpointError.badConfiguration(file.path, "a run of \(settings.steps) steps")
    }
    return settings
  }

  /// Writes the state of the training to `file`, wholly or not at all.
  public func writeCheckpoint(to file: URL) throws {
    var checkpoint = TrainingCheckpoint()
    checkpoint.add(model, named: "model")
    try checkpoint.add(optimizer, of: model)
    try checkpoint.write(settings, to: file)
  }

  /// Goes on from the training that `file` holds. Nothing changes if it cannot be read.
  /// - Throws: `SafetensorsError`, ``CheckpointError`` or ``JSONFileError``.
  public func restore(from file: URL) throws {
    let contents = try SafetensorsFile(url: file)
    guard try Self.settings(in: file) == settings else {
      throw CheckpointError.badConfiguration(file.path, "it holds a run with other settings")
    }
    let weights = try contents.values(of: model, named: "model")
    let state = try contents.state(of: optimizer, of: model)
    guard state.steps <= settings.steps else {
      throw CheckpointError.badConfiguration(
        file.path, "\(state.steps) steps of \(settings.steps) are done")
    }
    for (parameter, values) in zip(model.parameters, weights) { parameter.values = values }
    optimizer.state = state
    stepsDone = state.steps
  }
}
