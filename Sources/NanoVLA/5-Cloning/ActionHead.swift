import Tensors

/// An action head: the last part of a policy, from what was found to the next K actions.
///
/// All heads read the same state and learn from the same chunks; they differ in what they SAY. A
/// number (``ContinuousHead``, ``ResidualHead``), a choice among bins (``TokenHead``), some of each
/// (``HybridHead``), or a direction from noise to an action (``FlowMatchingHead``). What a head can
/// say decides what it can learn: where two actions are equally good, one number has to be between
/// them.
///
/// Letters: N samples, S state numbers, K steps in a chunk, A action dimensions.
///
/// Reference: Zhao et al., "ACT" (2023), section IV: why to predict a chunk.
public protocol ActionHead: Module, SelfDescribing {
  /// An untrained head.
  init(_ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom)

  /// Why no head can be built from `configuration` there; nil if one can.
  static func validationError(
    _ configuration: Configuration, in place: HeadContext
  ) -> PartError?

  /// K, the number of steps predicted at once.
  var chunk: Int { get }
  /// A, the numbers of one action.
  var dimensions: Int { get }

  /// How far the head is from what the expert did: one number, to be made small.
  /// - Parameters:
  ///   - state: what the backbone found and proprioception, [N, S].
  ///   - expert: what the expert did then, N chunks.
  ///   - random: for heads that learn from noise.
  func loss(_ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom) -> Tensor

  /// The loss to expect before any training, of a head that knows nothing: a first loss far from it
  /// is a bug.
  func expectedInitialLoss(_ expert: ActionChunks) -> Float

  /// What the head would do: [N, S] → [N, K, A], normalised.
  /// - Parameter random: for heads that draw their answer.
  func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor

  /// The nearest actions that the head has words for: [N, K, A] → [N, K, A].
  func rounded(_ actions: Tensor) -> Tensor
}

/// What a head is built for.
public struct HeadContext {
  /// The length of the state: H·S numbers for a window of H observations.
  public let inputs: Int
  /// K, the number of steps predicted at once.
  public let chunk: Int
  public let space: ActionSpace
  /// The backbone that gives the state, for a head that uses its layers.
  public let backbone: (any Backbone)?

  public init(inputs: Int, chunk: Int, space: ActionSpace, backbone: (any Backbone)? = nil) {
    (self.inputs, self.chunk, self.space, self.backbone) = (inputs, chunk, space, backbone)
  }
}

extension ActionHead {
  public static func validationError(
    _ configuration: Configuration, in place: HeadContext
  ) -> PartError? { nil }

  /// A head that answers with numbers can say them all.
  public func rounded(_ actions: Tensor) -> Tensor { actions }
}

/// What an expert did at each of N moments and in the K − 1 steps after it.
///
/// Near the end of an episode fewer steps are left: the chunk then repeats the last action, and the
/// repeated ones weigh 0 in every loss.
public struct ActionChunks {
  public let actions: Tensor  // [N, K, A], normalised
  /// 1 for a real step, 0 for a repeated one.
  public let weights: Tensor  // [N, K, 1]

  public init(actions: Tensor, weights: Tensor) {
    guard actions.shape.count == 3, weights.shape == [actions.dim(0), actions.dim(1), 1] else {
      fatalError("ActionChunks: actions \(actions.shape), weights \(weights.shape)")
    }
    (self.actions, self.weights) = (actions, weights)
  }

  /// Of one episode's T actions: T chunks, each beginning at its own step.
  public init(of episode: [NormalizedAction], chunk K: Int) {
    guard !episode.isEmpty else { fatalError("ActionChunks: an episode of 0 actions") }
    let (T, A) = (episode.count, episode[0].count)
    let steps = (0..<T).flatMap { t in t..<t + K }  // T·K steps, some beyond the end
    actions = Tensor(steps.flatMap { episode[min($0, T - 1)].values }, shape: [T, K, A])
    weights = Tensor(steps.map { $0 < T ? 1 : 0 }, shape: [T, K, 1])
  }

  /// The chunks of several episodes, one after another.
  public init(joining parts: [ActionChunks]) {
    self.init(
      actions: .concatenated(parts.map(\.actions), axis: 0),
      weights: .concatenated(parts.map(\.weights), axis: 0))
  }

  /// N, the number of moments.
  public var count: Int { actions.dim(0) }

  /// The chunks numbered `indices`.
  public func rows(at indices: [Int]) -> ActionChunks {
    func pick(_ x: Tensor) -> Tensor {
      x.reshaped([x.dim(0), -1]).rows(at: indices)  // [N, K, A] → [N, K·A] → [n, K·A]
        .reshaped([indices.count, x.dim(1), x.dim(2)])  // [n, K·A] → [n, K, A]
    }
    return ActionChunks(actions: pick(actions), weights: pick(weights))
  }

  /// The mean of `error`, [N, K, A], over the numbers of real steps.
  public func mean(of error: Tensor) -> Tensor {
    let real = withoutGradient { weights.sum() }.item * Float(error.dim(2))
    guard real > 0 else { fatalError("ActionChunks: no real step in actions \(actions.shape)") }
    return (error * weights).sum() * (1 / real)  // [N, K, A] · [N, K, 1] → one number
  }
}
