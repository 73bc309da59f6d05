// Cloning that can be killed at any moment and resumed as if nothing had happened, bit for bit.
//
// What the next step depends on is all kept: the head, AdamW's two running means and their age, where
// the random stream stands, and the losses, whose number is the step. Backbone and demonstrations are
// not: the recipe makes them again, and a fingerprint of what the head learns from tells if it did.

import Files
import Foundation
import NanoVLA
import Tensors

extension BehaviorCloning {
  public static let checkpointFile = TrainingCheckpoint.fileName

  /// Writes the state of the training to `file`, wholly or not at all.
  /// - Parameter recipe: what it was made by, for ``restore(from:of:)`` to compare.
  public func writeCheckpoint(of recipe: CloningRecipe, to file: URL) throws {
    var checkpoint = TrainingCheckpoint()
    checkpoint.add(policy.head, named: "head")
    try checkpoint.add(optimizer, of: policy.head)
    checkpoint.add(losses, named: "losses")
    let run = Run(recipe: recipe, random: random.state, examples: examples.fingerprint)
    try checkpoint.write(run, to: file)
  }

  /// Goes on from the training that `file` holds. Nothing changes if it cannot be read.
  /// - Throws: `SafetensorsError`, ``CheckpointError``, ``CloningRecipeError`` or ``JSONFileError``.
  public func restore(from file: URL, of recipe: CloningRecipe) throws {
    let contents = try SafetensorsFile(url: file)
    let run = try Run(in: contents)
    guard run.recipe == recipe else {
      throw CheckpointError.badConfiguration(file.path, "it holds a run with other settings")
    }
    guard run.examples == examples.fingerprint else {
      throw CheckpointError.badConfiguration(
        file.path, "it began with other demonstrations or another backbone than are there now")
    }
    let head = try contents.values(of: policy.head, named: "head")
    let state = try contents.state(of: optimizer, of: policy.head)
    guard state.steps <= schedule.steps else {
      throw CheckpointError.badConfiguration(
        file.path, "\(state.steps) steps of \(schedule.steps) are done")
    }
    losses = try contents.values(of: "losses", shape: [state.steps])
    for (parameter, values) in zip(policy.head.parameters, head) { parameter.values = values }
    optimizer.state = state
    random = SeededRandom(seed: run.random)
  }

  /// The recipe of the training that `file` holds.
  public static func recipe(in file: URL) throws -> CloningRecipe {
    try Run(in: SafetensorsFile(url: file)).recipe
  }
}

/// What a checkpoint holds beside the numbers.
private struct Run: Codable {
  let recipe: CloningRecipe
  /// Where the random stream stands.
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
  var fingerprint: UInt64 {
    var hash = FNV1a()
    hash.add(states.values)
    hash.add(expert.actions.values)
    return hash.value
  }
}
