import Files
import Foundation
import NanoVLA
import Runs
import Tensors

/// A run that can be killed at any moment and resumed with bit-identical results: the checkpoint keeps
/// the whole policy, AdamW's state, the random number generator and the losses. The dataset is read
/// again; a hash checks that it is the same.
extension RobotCloning {
  private struct Run: Codable {
    let recipe: RobotRecipe
    let random: UInt64
    let examples: UInt64
  }

  /// Writes the state of the run to `file`, completely or not at all.
  /// - Parameter ranks: the processes that share the run.
  /// - Throws: `CheckpointError` if the file cannot be written.
  public func writeCheckpoint(to file: URL, ranks: Int = 1) throws {
    var checkpoint = TrainingCheckpoint()
    checkpoint.add(policy, named: "policy")
    try checkpoint.add(optimizer, of: policy)
    checkpoint.add(losses, named: "losses")
    let run = Run(recipe: recipe, random: random.state, examples: fingerprint)
    try checkpoint.write(run, to: file, ranks: ranks)
  }

  /// Resumes the run that `file` holds, shared by as many `ranks` as before. Nothing changes if it cannot be read.
  /// - Throws: `SafetensorsError` or `CheckpointError`.
  public func restore(from file: URL, ranks: Int = 1) throws {
    let contents = try SafetensorsFile(url: file)
    let run = try contents.run(Run.self)
    try contents.checkReproducible(ranks: ranks)
    guard run.recipe == recipe else {
      throw CheckpointError.badConfiguration(file.path, "it holds a run with other settings")
    }
    guard run.examples == fingerprint else {
      throw CheckpointError.badConfiguration(
        file.path, "the run began with another dataset; use that of the run")
    }
    let values = try contents.values(of: policy, named: "policy")
    let state = try contents.state(of: optimizer, of: policy)
    guard state.steps <= schedule.steps else {
      throw CheckpointError.badConfiguration(
        file.path, "\(state.steps) steps are done of a run of \(schedule.steps)")
    }
    losses = try contents.values(of: "losses", shape: [state.steps])
    for (parameter, values) in zip(policy.parameters, values) { parameter.values = values }
    optimizer.state = state
    random = SeededRandom(seed: run.random)
  }

  /// The recipe of the run that `file` holds.
  /// - Throws: `SafetensorsError`, `CheckpointError` or ``RobotRecipeError``.
  public static func recipe(in file: URL) throws -> RobotRecipe {
    let recipe = try SafetensorsFile(url: file).run(Run.self).recipe
    try recipe.check()
    return recipe
  }
}
