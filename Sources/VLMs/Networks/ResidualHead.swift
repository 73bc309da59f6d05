import NanoVLA
import Tensors

/// OpenVLA-OFT's head: regression through residual blocks.
///
/// Each step of the chunk has a placeholder vector of its own, computed from the state; all of them
/// pass through the same layers. One forward pass gives the whole chunk, where autoregressive tokens
/// take K·A passes. This and the absolute error made OpenVLA 26 times faster and more successful.
///
///     block(x) = x + ReLU(W · LayerNorm(x))        loss = mean |prediction − action|
///
/// - Letters: N samples, S state numbers, K steps in a chunk, A action dimensions, F hidden.
/// - Reference: Kim et al., "Fine-Tuning VLA Models: Optimizing Speed and Success" (OFT, 2025),
///   section IV; moojink/openvla-oft, prismatic/models/action_heads.py, MLPResNet. There the
///   placeholders are tokens of the language model; here they are computed from the state.
public final class ResidualHead: ActionHead {
  public static let kind = "residual"
  public struct Configuration: Codable, Equatable, Sendable {
    /// F
    public var hidden: Int

    public init(hidden: Int = 128) { self.hidden = hidden }
  }
  public let configuration: Configuration
  public let placeholders: [Linear]  // K of S → F
  public let norm1: LayerNorm
  public let input: Linear  // F → F
  public let blocks: [ResidualBlock]
  public let norm2: LayerNorm
  public let output: Linear  // F → A
  public let dimensions: Int

  public init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    let F = configuration.hidden
    (self.configuration, dimensions) = (configuration, place.space.count)
    var placeholders: [Linear] = []
    for _ in 0..<place.chunk {
      placeholders.append(Linear(inputs: place.inputs, outputs: F, using: &random))
    }
    self.placeholders = placeholders
    norm1 = LayerNorm(width: F)
    input = Linear(inputs: F, outputs: F, using: &random)
    blocks = [
      ResidualBlock(width: F, using: &random), ResidualBlock(width: F, using: &random),
    ]
    norm2 = LayerNorm(width: F)
    output = .smallInitialization(
      inputs: F, outputs: place.space.count, scale: 0.01, using: &random)
  }

  public var chunk: Int { placeholders.count }

  /// [N, S] → [N, K, A]
  public func callAsFunction(_ state: Tensor) -> Tensor {
    let N = state.dim(0)
    let first = placeholders.map { $0(state).reshaped([N, 1, -1]) }  // K × ([N, S] → [N, 1, F])
    let each = Tensor.concatenated(first, axis: 1)  // K × [N, 1, F] → [N, K, F]
      .traced("placeholders", "one for each step of the chunk")
    let hidden = input(norm1(each)).relu()  // [N, K, F] → [N, K, F]
    let residual = blocks.reduce(hidden) { x, block in block(x) }  // [N, K, F] → [N, K, F]
    return output(norm2(residual))  // [N, K, F] → [N, K, A]
      .traced("actions", "predicted directly")
  }

  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    expert.mean(of: (self(state) - expert.actions).abs())  // [N, K, A] → one number
      .traced("loss", "mean absolute error")
  }

  /// The mean of |a|: the untrained head predicts about 0.
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float {
    expert.mean(of: expert.actions.abs()).item
  }

  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor { self(state) }
}

extension ActionHeadKind {
  /// OpenVLA-OFT's regression: ``ResidualHead``.
  public static let residual = Self(ResidualHead.self, .init())
}

/// A residual block: x + ReLU(W · LayerNorm(x)).
public final class ResidualBlock: Module {
  public let norm: LayerNorm
  public let layer: Linear  // F → F

  public init(width: Int, using random: inout SeededRandom) {
    norm = LayerNorm(width: width)
    layer = Linear(inputs: width, outputs: width, using: &random)
  }

  /// [..., F] → [..., F]
  public func callAsFunction(_ x: Tensor) -> Tensor { x + layer(norm(x)).relu() }
}
