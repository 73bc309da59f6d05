import Tensors

/// Action chunks: the expert's action at each of N time steps and at the K − 1 steps after it.
///
/// Near the end of an episode fewer steps are left: the chunk then repeats the last action, and the
/// repeated ones have weight 0 in every loss.
///
/// - Letters: N time steps, T of one episode, K steps in a chunk, A action dimensions.
/// - Reference: Zhao et al., "ACT" (2023), §IV.A.
public struct ActionChunks {
  public let actions: Tensor  // [N, K, A], normalized
  /// 1 for a real step, 0 for a repeated one.
  public let weights: Tensor  // [N, K, 1]

  public init(actions: Tensor, weights: Tensor) {
    guard actions.shape.count == 3, weights.shape == [actions.dim(0), actions.dim(1), 1] else {
      fatalError("ActionChunks: actions \(actions.shape), weights \(weights.shape)")
    }
    (self.actions, self.weights) = (actions, weights)
  }

  /// The chunks of one episode's T actions, one that begins at each step.
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

  /// N
  public var count: Int { actions.dim(0) }

  /// The chunks at `indices`.
  public func rows(at indices: [Int]) -> ActionChunks {
    ActionChunks(  // [N, K, A] → [n, K, A]
      actions: actions.rows(at: indices), weights: weights.rows(at: indices))
  }

  /// The mean of `error`, [N, K, A], over the numbers of real steps.
  public func mean(of error: Tensor) -> Tensor {
    let real = withoutGradient { weights.sum() }.item * Float(error.dim(2))
    guard real > 0 else { fatalError("ActionChunks: no real step in actions \(actions.shape)") }
    return (error * weights).sum() * (1 / real)  // [N, K, A] · [N, K, 1] → one number
  }
}
