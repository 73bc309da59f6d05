import Tabletop
import Tensors

/// The key/value cache: what earlier tokens have to say, kept for the next one.
///
/// Under a causal mask no token changes what an earlier one computed. So when text is written token
/// by token, the keys and values of the past are the same at every step; kept, each step is the work
/// of one token instead of all. One entry a layer: the same attention, asked about one more token.
///
/// Letters: B sequences, G key/value heads, C tokens so far, T new tokens, d the width of one head.
///
/// Reference: Pope et al., "Efficiently Scaling Transformer Inference" (2022), section 2.1.
public final class KeyValueCache {
  /// What one layer remembers.
  public final class Layer {
    public private(set) var keys: Tensor?  // [B, G, C, d], with their positions
    public private(set) var values: Tensor?  // [B, G, C, d]

    /// The number of tokens so far.
    public var length: Int { keys?.dim(2) ?? 0 }

    /// Remembers the same; what is added to one of the two is not added to the other.
    func copy() -> Layer {
      let copy = Layer()
      (copy.keys, copy.values) = (keys, values)
      return copy
    }

    /// Adds T tokens, [B, G, T, d], and returns all C + T of them.
    func append(keys newKeys: Tensor, values newValues: Tensor) -> (keys: Tensor, values: Tensor) {
      func joined(_ past: Tensor?, _ new: Tensor) -> Tensor {
        past.map { .concatenated([$0, new], axis: 2) } ?? new  // [B, G, C, d] → [B, G, C + T, d]
      }
      let all = (keys: joined(keys, newKeys), values: joined(values, newValues))
      (keys, values) = (all.keys, all.values)
      return all
    }
  }

  public let layers: [Layer]

  /// An empty cache for a stack of `depth` blocks.
  public init(depth: Int) { layers = (0..<depth).map { _ in Layer() } }

  /// The same past, to go on from in another way.
  public func copy() -> KeyValueCache { KeyValueCache(layers: layers.map { $0.copy() }) }

  private init(layers: [Layer]) { self.layers = layers }

  /// The number of tokens so far: the place of the next one.
  public var length: Int { layers.first?.length ?? 0 }
}
