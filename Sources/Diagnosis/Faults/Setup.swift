import NanoVLA
import Runs
import Tabletop
import Tensors

/// A policy, the demonstrations that it learned from, and the world it acts in: what a ``Fault``
/// is planted in.
public struct Setup {
  public var recipe: CloningRecipe
  public var policy: VLA
  public var demonstrations: [Demonstration]
  public var environment: any Environment
  /// How many actions of a chunk are executed before the policy observes again.
  public var executionHorizon: Int

  /// Trains a policy by `recipe` on its demonstrations, `edited`. It executes at most two actions
  /// of a chunk.
  /// - Throws: as ``CloningRecipe/cloning(progress:)``.
  public init(
    _ recipe: CloningRecipe, edited: ([Demonstration]) -> [Demonstration] = { $0 }
  ) throws {
    let backbone = try recipe.makeBackbone()
    self.recipe = recipe
    demonstrations = edited(try recipe.demonstrations(for: backbone))
    let cloning = try recipe.cloning(
      recipe.policy(on: backbone, for: demonstrations), on: demonstrations)
    while !cloning.isDone { cloning.step() }
    policy = cloning.policy
    environment = TabletopEnvironment(recipe.suite)
    executionHorizon = min(2, recipe.chunk)
  }

  /// Success on `count` held-out layouts.
  public func success(on count: Int) throws -> SuccessRate {
    let loop = ClosedLoop(in: environment, executionHorizon: executionHorizon)
    return SuccessRate(of: try loop(policy, seeds: environment.heldOutSeeds(count)))
  }
}

extension VLA {
  /// The same policy with other parts.
  func with(
    backbone: (any Backbone)? = nil, head: (any ActionHead)? = nil,
    statistics: ActionStatistics? = nil
  ) throws -> VLA {
    func make<Part: Backbone>(_ backbone: Part) throws -> VLA {
      try VLA(
        backbone: backbone, space: space, statistics: statistics ?? self.statistics,
        head: head ?? self.head, usesProprioception: usesProprioception, history: history)
    }
    let part: any Backbone = backbone ?? self.backbone
    return try make(part)
  }
}
