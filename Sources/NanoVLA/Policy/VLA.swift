import Images
import Tabletop
import Tensors

/// A vision-language-action policy: a backbone that understands, and a head that acts.
///
/// The backbone looks, reads, and points at what is meant; the head turns that and the arm's own
/// feeling (proprioception) into the next few actions. Tokens leave the head, actions in robot units
/// leave the policy: the tokenizer and the demonstrations' statistics travel with it.
///
/// Letters: N samples, K steps in a chunk, A action dimensions, S state numbers, Q = 3 slots.
///
/// Reference: Kim et al., "OpenVLA" (2024), section 3: a VLM whose words are actions.
public final class VLA: Module {
  public let backbone: ToyVLM
  public let head: TokenHead
  public let actionTokenizer: ActionTokenizer
  public let statistics: ActionStatistics
  public let usesProprioception: Bool

  /// A policy whose head is yet to be trained, on a backbone that is kept as it is (frozen).
  /// - Parameters:
  ///   - statistics: of the demonstrations that the head will learn from.
  ///   - bins: tokens for each action number.
  ///   - chunk: K, steps predicted at once.
  ///   - usesProprioception: whether the head is told [x, y, z, closed] of its own arm.
  public init(
    backbone: ToyVLM, statistics: ActionStatistics, bins: Int = 32, chunk: Int = 2,
    usesProprioception: Bool = true, using random: inout SeededRandom
  ) {
    backbone.freeze()
    self.backbone = backbone
    self.statistics = statistics
    self.usesProprioception = usesProprioception
    actionTokenizer = ActionTokenizer(bins: bins, vocabulary: bins)
    let pointed = backbone.configuration.intents.count + Grounding.slots * 2 + Grounding.flags
    head = TokenHead(
      inputs: usesProprioception ? pointed + Grounding.slots * 2 + 4 : pointed, chunk: chunk,
      dimensions: statistics.count, bins: bins, using: &random)
  }

  /// The next action, in the robot's own units.
  /// - Parameters:
  ///   - image: what the camera sees, of the backbone's size.
  ///   - instruction: what to do, in words that the backbone knows.
  ///   - proprioception: [x, y, z, closed], if the policy uses it.
  /// - Throws: ``InstructionError``, ``ActionError`` or ``PolicyError``.
  public func predictAction(
    _ image: RGBImage, instruction: String, proprioception: [Float]? = nil
  ) throws -> RobotAction {
    let chunk = try predictChunk(image, instruction: instruction, proprioception: proprioception)
    return try statistics.robotAction(chunk[0])
  }

  /// The next K actions, normalised, the likeliest bin of each number.
  public func predictChunk(
    _ image: RGBImage, instruction: String, proprioception: [Float]? = nil
  ) throws -> [NormalizedAction] {
    let size = backbone.configuration.imageSize
    guard image.width == size, image.height == size else {
      throw PolicyError.imageSize(width: image.width, height: image.height, expected: size)
    }
    let felt = try proprioceptionTensor(proprioception)
    return try withoutGradient {
      let (text, mask) = backbone.read([try backbone.tokenizer.encode(instruction)])
      let seen = backbone.see(Pixels.tensor(of: [image]))
      let found = backbone.ground(vision: seen, text: text, mask: mask)
      return likeliestChunks(head(state(found, proprioception: felt)))[0]
    }
  }

  /// What the head is told: what was found, and where that lies from the gripper.
  /// - Parameter proprioception: [N, 4], if the policy uses it.
  /// - Returns: [N, S]
  public func state(_ found: Grounding, proprioception: Tensor?) -> Tensor {
    let N = found.intent.dim(0)
    let points = found.points.reshaped([N, Grounding.slots * 2])  // [N, Q, 2] → [N, 2Q]
    var parts = [found.intent.softmax(), points, found.flags.sigmoid()]
    if let proprioception {
      let gripper = proprioception.sliced(axis: 1, 0..<2).reshaped([N, 1, 2])  // [N, 4] → [N, 1, 2]
      let toGo = (found.points - gripper) * 4  // [N, Q, 2] − [N, 1, 2] → [N, Q, 2]
      parts += [toGo.reshaped([N, Grounding.slots * 2]), proprioception]
    }
    return Tensor.concatenated(parts, axis: 1)  // → [N, S]
      .traced("state", "what was found, and where it lies from the gripper")
  }

  /// Logits [N, K, A, B] → for each sample its K actions.
  public func likeliestChunks(_ logits: Tensor) -> [[NormalizedAction]] {
    let classes = logits.argmax()  // [N, K, A, B] → N·K·A numbers
    let (K, A) = (head.chunk, head.dimensions)
    return (0..<logits.dim(0)).map { n in
      (0..<K).map { k in
        let start = (n * K + k) * A
        return actionTokenizer.decode(classes: Array(classes[start..<start + A]))
      }
    }
  }

  private func proprioceptionTensor(_ values: [Float]?) throws -> Tensor? {
    guard usesProprioception else { return nil }
    guard let values else { throw PolicyError.noProprioception }
    try ActionError.check(values, "proprioception", dimensions: 4)
    return Tensor(values, shape: [1, 4])
  }
}
