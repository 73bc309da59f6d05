import Files
import Tensors

/// An action head: the last part of a policy, from the backbone's state to the next K actions.
///
/// All heads read the same state and learn from the same chunks; they differ in what they output: a
/// number (``ContinuousHead``), a choice among bins (``TokenHead``), both (``HybridHead``), a string
/// of integers (``TextHead``), or a velocity from noise to an action (``FlowMatchingHead``). The output limits what can be learned:
/// where two different actions are equally good, one number must lie between them.
///
/// - Letters: N samples, S state numbers, K steps in a chunk, A action dimensions.
/// - Reference: Zhao et al., "ACT" (2023), §IV, action chunking.
public protocol ActionHead: Module, SelfDescribing {
  /// An untrained head.
  init(_ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom)

  /// Why no head can be built from `configuration` there; nil if one can. Any can by default.
  static func validationError(_ configuration: Configuration, in place: HeadContext) -> PartError?

  /// K, the number of steps predicted at once, and A, the numbers of one action.
  var chunk: Int { get }
  var dimensions: Int { get }

  /// The training loss in N states [N, S] with the expert's chunks there: one number. Heads that
  /// learn from noise draw it from `random`.
  func loss(_ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom) -> Tensor

  /// The expected loss at initialization. A first loss far from it points to a bug.
  func expectedInitialLoss(_ expert: ActionChunks) -> Float

  /// The predicted actions, normalized: [N, S] → [N, K, A]. Heads that sample use `random`.
  func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor

  /// The nearest actions that the head can output: [N, K, A] → [N, K, A].
  func quantized(_ actions: Tensor) -> Tensor
}

/// What a head is built for.
public struct HeadContext {
  /// The length of the state (H·S numbers for a window of H observations), and K.
  public let inputs, chunk: Int
  public let space: ActionSpace
  /// The backbone that gives the state, for a head that uses its layers.
  public let backbone: (any Backbone)?

  public init(inputs: Int, chunk: Int, space: ActionSpace, backbone: (any Backbone)? = nil) {
    (self.inputs, self.chunk, self.space, self.backbone) = (inputs, chunk, space, backbone)
  }
}

extension ActionHead {
  public static func validationError(_: Configuration, in _: HeadContext) -> PartError? { nil }

  /// An independent head with the same weights, for `policy`, whose head this is.
  func copy(for policy: VLA) -> Self {
    let width = policy.backbone.stateWidth(usesProprioception: policy.usesProprioception)  // S
    let context = HeadContext(
      inputs: policy.history * width, chunk: chunk, space: policy.space, backbone: policy.backbone)
    var random = SeededRandom(seed: 0)
    let copy = Self(configuration, for: context, using: &random)
    for (mine, its) in zip(parameters, copy.parameters) { its.values = mine.values }
    return copy
  }

  public func quantized(_ actions: Tensor) -> Tensor { actions }

  /// The quantization error: the root mean squared distance of a normalized number, over real
  /// steps, from the expert's to the nearest that the head can output. Training does not reduce it.
  public func quantizationError(on expert: ActionChunks) -> Float {
    withoutGradient {
      expert.mean(of: (quantized(expert.actions) - expert.actions).squared()).item.squareRoot()
    }
  }
}
