import Tensors

/// The heads there are, each named by what it says about an action.
public enum ActionHeadKind: Sendable, Hashable, Codable {
  /// One of `bins` words for each number: ``TokenHead``.
  case tokens(bins: Int)
  /// A number, trained with the absolute error: ``ContinuousHead``.
  case l1
  /// A number, trained with the squared error: ``ContinuousHead``.
  case mse
  /// Numbers for the pose, a choice for the gripper: ``HybridHead``.
  case hybrid
  /// A current from noise to actions: ``FlowMatchingHead``.
  case flow
  /// OpenVLA-OFT's regression: ``ResidualHead``.
  case residual

  /// An untrained head of this kind for states of `inputs` numbers.
  public func head(
    inputs: Int, chunk: Int, space: ActionSpace, using random: inout SeededRandom
  ) -> any ActionHead {
    let A = space.count
    switch self {
    case .tokens(let bins):
      return TokenHead(inputs: inputs, chunk: chunk, dimensions: A, bins: bins, using: &random)
    case .l1:
      return ContinuousHead(
        inputs: inputs, chunk: chunk, dimensions: A, error: .absolute, using: &random)
    case .mse:
      return ContinuousHead(
        inputs: inputs, chunk: chunk, dimensions: A, error: .squared, using: &random)
    case .hybrid:
      return HybridHead(inputs: inputs, chunk: chunk, space: space, using: &random)
    case .flow:
      return FlowMatchingHead(inputs: inputs, chunk: chunk, dimensions: A, using: &random)
    case .residual:
      return ResidualHead(inputs: inputs, chunk: chunk, dimensions: A, using: &random)
    }
  }
}
