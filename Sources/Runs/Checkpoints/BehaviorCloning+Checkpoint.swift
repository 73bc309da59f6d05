import Files
import Foundation
import NanoVLA
import Tensors
import VLMs

/// A cloning run that can be killed at any moment and resumed with bit-identical results.
///
/// A checkpoint keeps all that the next step depends on: the head, AdamW's two running means and
/// its step count, the state of the random number generator, and the losses, whose count is the
/// step. The recipe makes the backbone and the demonstrations again; a hash of the examples checks
/// that they are the same.
extension BehaviorCloning {
  /// A checkpoint's name in the run's folder.
  public static let checkpointFile = TrainingCheckpoint.fileName

  /// Writes the state of the run to `file`, completely or not at all.
  /// - Parameters:
  ///   - recipe: the recipe of the run, which ``restore(from:of:ranks:)`` compares.
  ///   - ranks: the number of processes that share the training.
  /// - Throws: `CheckpointError` if the file cannot be written.
  public func writeCheckpoint(of recipe: CloningRecipe, to file: URL, ranks: Int = 1) throws {
    var checkpoint = TrainingCheckpoint()
    checkpoint.add(policy.head, named: "head")
    try checkpoint.add(optimizer, of: policy.head)
    checkpoint.add(losses, named: "losses")
    let run = Run(recipe: recipe, random: random.state, examples: examples.fingerprint)
    try checkpoint.write(run, to: file, ranks: ranks)
  }

  /// Resumes the run that `file` holds. Nothing changes if it cannot be read.
  /// - Throws: `SafetensorsError`, ``CheckpointError``, ``CloningRecipeError`` or
  ///   ``JSONFileError``.
  public func restore(from file: URL, of recipe: CloningRecipe, ranks: Int = 1) throws {
    let contents = try SafetensorsFile(url: file)
    let run = try Run(in: contents)
    try contents.checkReproducible(ranks: ranks)
    guard run.recipe == recipe else {
      throw CheckpointError.badConfiguration(file.path, "it holds a run with other settings")
    }
    guard run.examples == examples.fingerprint else {
      throw CheckpointError.badConfiguration(
        file.path,
        "the run began with other demonstrations, another backbone or other settings of OpenBLAS; use "
          + "those of the run")
    }
    let head = try contents.values(of: policy.head, named: "head")
    let state = try contents.state(of: optimizer, of: policy.head)
    guard state.steps <= schedule.steps else {
      throw CheckpointError.badConfiguration(
        file.path, "\(state.steps) steps are done of a run of \(schedule.steps)")
    }
    losses = try contents.values(of: "losses", shape: [state.steps])
    for (parameter, values) in zip(policy.head.parameters, head) { parameter.values = values }
    optimizer.state = state
    random = SeededRandom(seed: run.random)
  }

  /// The recipe of the run that `file` holds.
  /// - Throws: as ``restore(from:of:ranks:)`` does.
  public static func recipe(in file: URL) throws -> CloningRecipe {
    VLM.registersHeads
    return try Run(in: SafetensorsFile(url: file)).recipe
  }
}

/// What a checkpoint holds besides the tensors.
private struct Run: Codable {
  let recipe: CloningRecipe
  /// The state of the random number generator.
  let random: UInt64
  let examples: UInt64

  init(recipe: CloningRecipe, random: UInt64, examples: UInt64) {
    (self.recipe, self.random, self.examples) = (recipe, random, examples)
  }

  init(in file: SafetensorsFile) throws {
    self = try file.run()
    try recipe.check()
  }
}

extension CloningExamples {
  /// A hash of all states and actions.
  package var fingerprint: UInt64 {
    var hash = FNV1a()
    hash.add(states.values)
    hash.add(expert.actions.values)
    return hash.value
  }
}
