import NanoVLA
import Tensors

/// What a policy computes on the way to its next chunk, for a person to look at.
struct PolicyInsight: Encodable {
  /// The attention of each query and head over the image: `weights[head][query]` are `side` × `side`
  /// numbers, row by row. Only the toy VLM has it.
  struct AttentionMap: Encodable {
    let side: Int
    let queries: [String]
    let weights: [[[Float]]]
  }
  /// The first action of the chunk, for each dimension: probabilities of bins with the robot's value
  /// at each, or values that were sampled.
  struct Dimension: Encodable {
    let name, unit: String
    var probabilities: [Float] = []
    var centers: [Float] = []
    var samples: [Float] = []
  }
  let attention: AttentionMap?
  let dimensions: [Dimension]

  /// Computes the state once more than the action needs, which takes about a millisecond.
  init(_ policy: VLA, _ window: [Observation], _ instruction: String) throws {
    (attention, dimensions) = try withoutGradient {
      let state = try policy.state(of: [window], instructions: [instruction])  // → [1, H·S]
      return (
        try (policy.backbone as? ToyVLM).map {
          try Self.attention($0, window[window.count - 1], instruction)
        }, try Self.dimensions(policy, state)
      )
    }
  }

  private static func attention(
    _ vlm: ToyVLM, _ observation: Observation, _ instruction: String
  ) throws -> AttentionMap {
    let vision = vlm.encodeImage(Pixels.tensor(of: [observation.image]))  // → [1, P, D]
    let (text, mask) = vlm.encodeText([try vlm.tokenizer.encode(instruction)])
    let grounding = vlm.ground(vision: vision, text: text, mask: mask)
    let weights = grounding.attention.weights  // [1, H, Q, P]
    let (heads, queries, patches) = (weights.dim(1), weights.dim(2), weights.dim(3))
    let values = weights.values
    return AttentionMap(
      side: Int(Double(patches).squareRoot()),
      queries: ["first object", "destination", "final object"],
      weights: (0..<heads).map { head in
        (0..<queries).map { query in
          let start = (head * queries + query) * patches
          return Array(values[start..<start + patches])
        }
      })
  }

  private static func dimensions(_ policy: VLA, _ state: Tensor) throws -> [Dimension] {
    var dimensions = policy.space.dimensions.map { Dimension(name: $0.name, unit: $0.unit) }
    func robot(_ normalized: [Float]) throws -> [Float] {
      try policy.space.clipped(policy.statistics.robotAction(NormalizedAction(normalized))).values
    }
    if let head = policy.head as? any TokenPolicyHead {
      let logits = head(state)  // [1, H·S] → [1, K, A, B]
      let (A, B) = (logits.dim(2), logits.dim(3))
      let probabilities = logits.softmax().values
      for bin in 0..<B {
        let centers = try robot(Array(repeating: head.value(of: bin), count: A))
        for a in 0..<A {
          dimensions[a].probabilities.append(probabilities[a * B + bin])
          dimensions[a].centers.append(centers[a])
        }
      }
    } else {
      var random = SeededRandom(seed: 1)
      for _ in 0..<32 {
        let action = policy.chunks(for: state, using: &random)[0][0]
        for (a, value) in try robot(action.values).enumerated() {
          dimensions[a].samples.append(value)
        }
      }
    }
    return dimensions
  }
}
