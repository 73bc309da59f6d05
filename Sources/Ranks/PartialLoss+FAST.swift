import NanoVLA
import Tensors
import VLMs

extension FASTHead: PartialLoss {
  /// The weight is the number of tokens, which differs from chunk to chunk.
  public func loss(
    _ state: Tensor, _ expert: ActionChunks, part: Range<Int>, of count: Int,
    using random: inout SeededRandom
  ) -> (loss: Tensor, weight: Float) {
    let tokens = tokens(of: expert.actions).reduce(0) { $0 + $1.count }
    return (loss(state, expert, using: &random), Float(tokens))
  }
}
