import Files
import NanoVLA
import Tensors

/// The head of a model that predicts chunks of actions itself: its ``ActionExpert``.
///
/// The state is the whole prompt (``WholePrompt``), with the robot's proprioception if the policy uses
/// it. The head has no parameters: what learns is the backbone, the expert in it. A robot with fewer
/// dimensions than the expert has uses the first ones; the others are filled with zeros, as in π0's
/// training on many robots.
///
/// - Letters: N prompts, T tokens of one, L of the longest, D width, S state numbers, K steps in a
///   chunk, A dimensions of the robot, A' of the expert.
/// - Reference: Black et al., "π0" (2024), §IV.
public final class ActionExpertHead: ActionHead {
  /// The name of this kind of head in a policy folder.
  public static let kind = "actionExpert"
  /// This head has no settings.
  public struct Configuration: Codable, Equatable, Sendable {}
  /// What rebuilds this head.
  public var configuration: Configuration { Configuration() }

  /// Not a module: the parameters are listed in the backbone.
  private struct Model {
    let network: PiZero
  }
  private let model: Model
  public let dimensions: Int
  public var chunk: Int { expert.configuration.chunk }
  private var expert: ActionExpert { model.network.expert }

  /// The head for the backbone in `place`, whose state becomes the whole prompt.
  public init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    guard let vlm = place.backbone as? VLM, let network = vlm.network as? PiZero else {
      fatalError("ActionExpertHead: \(Self.needed)")
    }
    (vlm.readout, vlm.answerTokens) = (.wholePrompt, 1 + network.configuration.expert.chunk)
    (model, dimensions) = (Model(network: network), place.space.count)
  }

  private static let needed = "the backbone must have an action expert; π0 does"

  /// Why this head does not fit `place`; nil if it does.
  public static func validationError(
    _ configuration: Configuration, in place: HeadContext
  ) -> PartError? {
    guard let vlm = place.backbone as? VLM, let network = vlm.network as? PiZero else {
      return PartError("kind", needed)
    }
    let c = network.configuration.expert
    guard place.chunk == c.chunk else {
      return PartError("kind", "the expert predicts chunks of \(c.chunk), not \(place.chunk)")
    }
    guard place.space.count <= c.actionCount else {
      return PartError(
        "kind", "the expert has \(c.actionCount) dimensions, the robot \(place.space.count)")
    }
    let widths = [false, true].map { vlm.stateWidth(usesProprioception: $0) }
    return widths.contains(place.inputs) ? nil : PartError("kind", "the head needs history 1")
  }

  /// Lets noise flow to actions: [N, L·(D + 1)] → [N, K, A].
  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor {
    let c = expert.configuration
    let chunks = samples(state).map { prompt, robot in
      let noise = Tensor.normal([1, c.chunk, c.actionCount], scale: 1, using: &random)
      return model.network.actions(after: prompt, state: robot, noise: noise)  // → [1, K, A']
    }
    return Tensor.concatenated(chunks, axis: 0)  // N × [1, K, A'] → [N, K, A']
      .sliced(axis: 2, 0..<dimensions)  // [N, K, A'] → [N, K, A]
  }

  /// The mean squared error of the velocity, as of ``FlowMatchingHead``.
  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    let c = self.expert.configuration
    let errors = samples(state).enumerated().map { n, sample in
      let (t, chunk) = (FlowMatchingHead.time(using: &random), expert.rows(at: [n]).actions)
      let noise = Tensor.normal([1, c.chunk, c.actionCount], scale: 1, using: &random)
      let unused = Tensor.full([1, c.chunk, c.actionCount - dimensions], 0)
      let padded = unused.count == 0 ? chunk : .concatenated([chunk, unused], axis: 2)
      let velocity = self.expert.velocity(
        noise * t + padded * (1 - t), at: t, state: sample.robot,
        after: model.network.prefix(of: sample.prompt))  // → [1, K, A']
      return (velocity - (noise - padded)).sliced(axis: 2, 0..<dimensions)  // → [1, K, A]
    }
    let error = Tensor.concatenated(errors, axis: 0)  // N × [1, K, A] → [N, K, A]
    return expert.mean(of: error.squared())
      .traced("loss", "mean squared error of the velocity")
  }

  /// The mean of (ε − a)², which is 1 + the mean of a², for a velocity of about 0.
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float {
    1 + expert.mean(of: expert.actions.squared()).item
  }

  /// The prompts [1, T, D] in N states, and the robot's states [1, S], zeros without proprioception.
  private func samples(_ state: Tensor) -> [(prompt: Tensor, robot: Tensor)] {
    let (D, S) = (model.network.configuration.language.width, expert.configuration.stateCount)
    let robots = WholePrompt.proprioception(in: state, width: D)
    return zip(WholePrompt.prompts(in: state, width: D), robots).map { prompt, robot in
      (prompt, Tensor((0..<S).map { $0 < robot.count ? robot[$0] : 0 }, shape: [1, S]))
    }
  }
}

extension ActionHeadKind {
  /// The model's own action expert: ``ActionExpertHead``. The backbone must have one.
  static let actionExpert = Self(ActionExpertHead.self, .init())
}
