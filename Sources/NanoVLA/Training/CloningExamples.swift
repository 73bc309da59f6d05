import Tabletop
import Tensors

/// Demonstrations as a network learns from them: one example a time step.
///
/// The backbone is frozen, so what it finds in a frame never changes: it looks at every frame once,
/// here, and training runs on the small state that it found. The target of a step is the expert's
/// action then and at the K − 1 steps after. Near the end of an episode there are fewer left: the
/// chunk repeats the last action, and what is repeated has weight 0 in the loss.
///
/// Letters: N time steps in all, S state numbers, K steps in a chunk, A action dimensions.
public struct CloningExamples {
  public let states: Tensor  // [N, S]
  /// The bin of each action number: N·K·A.
  public let classes: [Int]
  /// 1 for a real action, 0 for a repeated one: N·K·A.
  public let weights: [Float]

  public var count: Int { states.dim(0) }

  /// - Throws: ``InstructionError`` or ``ActionError`` if a demonstration does not fit the policy.
  public init(_ demonstrations: [Demonstration], for policy: VLA) throws {
    var classes: [Int] = []
    var weights: [Float] = []
    for demonstration in demonstrations {
      let tokens = try demonstration.actions.map {
        try policy.actionTokenizer.classes(of: policy.statistics.normalized(RobotAction($0)))
      }
      for t in tokens.indices {
        for k in t..<t + policy.head.chunk {
          classes += tokens[min(k, tokens.count - 1)]
          weights += Array(repeating: k < tokens.count ? 1 : 0, count: policy.head.dimensions)
        }
      }
    }
    (self.classes, self.weights) = (classes, weights)
    let ids = try demonstrations.map { try policy.backbone.tokenizer.encode($0.instruction) }
    for row in demonstrations.flatMap(\.proprioception) {
      try ActionError.check(row, "proprioception", dimensions: 4)
    }
    let states = inShards(of: demonstrations.count) { part in
      withoutGradient {
        part.map { Self.states(of: demonstrations[$0], ids: ids[$0], policy) }
      }
    }
    self.states = Tensor.concatenated(states.flatMap { $0 }, axis: 0)  // → [N, S]
  }

  /// What the backbone finds in each of an episode's T frames: [T, S].
  private static func states(of demonstration: Demonstration, ids: [Int], _ policy: VLA) -> Tensor {
    let T = demonstration.frames.count
    let seen = policy.backbone.see(Pixels.tensor(of: demonstration.frames))  // → [T, P, D]
    let (text, mask) = policy.backbone.read(Array(repeating: ids, count: T))
    let found = policy.backbone.ground(vision: seen, text: text, mask: mask)
    let felt = Tensor(demonstration.proprioception.flatMap { $0 }, shape: [T, 4])
    return policy.state(found, proprioception: policy.usesProprioception ? felt : nil)
  }
}
