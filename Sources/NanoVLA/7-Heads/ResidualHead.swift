import Tensors

/// OpenVLA-OFT's head: regression through blocks that only add.
///
/// Each step of the chunk has a placeholder of its own, filled from the state; then all of them pass
/// through the same layers: normalize, widen, twice "keep it and add something", and out come the A
/// numbers. One forward pass gives the whole chunk, where tokens spoken one by one take K·A passes.
/// That, and the absolute error, made OpenVLA 26 times faster and better.
///
/// Letters: N samples, S state numbers, K steps in a chunk, A action dimensions, F hidden.
///
/// Reference: Kim et al., "Fine-Tuning VLA Models: Optimizing Speed and Success" (OFT, 2025), section
/// IV; moojink/openvla-oft, prismatic/models/action_heads.py, MLPResNet. There the placeholders are
/// tokens that pass through the language model; here the state fills them.
public final class ResidualHead: ActionHead {
  public static let kind = "residual"
  public struct Configuration: Codable, Equatable, Sendable {
    /// F
    public var hidden = 128
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
    inputs: Int, chunk: Int, dimensions: Int, hidden: Int = 128, using random: inout SeededRandom
  ) {
    self.dimensions = dimensions
    configuration = Configuration(hidden: hidden)
    var placeholders: [Linear] = []
    for _ in 0..<chunk {
      placeholders.append(Linear(inputs: inputs, outputs: hidden, using: &random))
    }
    self.placeholders = placeholders
    norm1 = LayerNorm(width: hidden)
    input = Linear(inputs: hidden, outputs: hidden, using: &random)
    blocks = [
      ResidualBlock(width: hidden, using: &random), ResidualBlock(width: hidden, using: &random),
    ]
    norm2 = LayerNorm(width: hidden)
    output = Linear.smallInitialization(
      inputs: hidden, outputs: dimensions, scale: 0.01, using: &random)
  }

  public convenience init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    self.init(
      inputs: place.inputs, chunk: place.chunk, dimensions: place.space.count,
      hidden: configuration.hidden, using: &random)
  }

  public var chunk: Int { placeholders.count }

  /// [N, S] → [N, K, A]
  public func callAsFunction(_ state: Tensor) -> Tensor {
    let N = state.dim(0)
    let filled = placeholders.map { $0(state).reshaped([N, 1, -1]) }  // K × ([N, S] → [N, 1, F])
    let each = Tensor.concatenated(filled, axis: 1)  // K × [N, 1, F] → [N, K, F]
      .traced("placeholders", "one for each step of the chunk")
    let wide = input(norm1(each)).relu()  // [N, K, F] → [N, K, F]
    let thought = blocks.reduce(wide) { x, block in block(x) }  // [N, K, F] → [N, K, F]
    return output(norm2(thought))  // [N, K, F] → [N, K, A]
      .traced("actions", "the numbers themselves")
  }

  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    expert.mean(of: (self(state) - expert.actions).abs())  // [N, K, A] → one number
      .traced("loss", "mean absolute error")
  }

  /// Of a head that answers 0: the mean of |a|.
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float {
    expert.mean(of: expert.actions.abs()).item
  }

  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor { self(state) }
}

/// x + ReLU(Linear(LN x)): what came in, plus something.
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
