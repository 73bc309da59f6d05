import Tensors

/// The key/value cache: keys and values of earlier tokens, stored for the next one.
///
/// Under a causal mask a new token does not change what earlier tokens computed. Generating text
/// token by token, their keys and values are the same at every step; stored, each step costs the work
/// of one token instead of all.
///
/// - Letters: B sequences, G key/value heads, C tokens so far, T new tokens, d head width.
/// - Reference: Pope et al., "Efficiently Scaling Transformer Inference" (2022), §2.1.
public final class KeyValueCache {
  /// The keys and values of one layer.
  public final class Layer {
    public private(set) var keys: Tensor?  // [B, G, C, d], with their positions
    public private(set) var values: Tensor?  // [B, G, C, d]

    /// C.
    public var length: Int { keys?.dim(2) ?? 0 }
    /// The keys and values; nil as long as there are none.
    var contents: (keys: Tensor, values: Tensor)? {
      guard let keys, let values else { return nil }
      return (keys, values)
    }

    /// An independent cache with the same contents.
    func copy() -> Layer {
      let copy = Layer()
      (copy.keys, copy.values) = (keys, values)
      return copy
    }

    /// Appends T tokens, [B, G, T, d], and returns all C + T of them.
    func append(keys newKeys: Tensor, values newValues: Tensor) -> (keys: Tensor, values: Tensor) {
      func joined(_ past: Tensor?, _ new: Tensor) -> Tensor {
        past.map { .concatenated([$0, new], axis: 2) } ?? new  // [B, G, C, d] → [B, G, C + T, d]
      }
      let all = (keys: joined(keys, newKeys), values: joined(values, newValues))
      (keys, values) = (all.keys, all.values)
      return all
    }
  }

  /// One for each block.
  public let layers: [Layer]

  /// An empty cache for a stack of `depth` blocks.
  public init(depth: Int) { layers = (0..<depth).map { _ in Layer() } }

  /// An independent cache with the same contents, to continue one prompt in several ways.
  public func copy() -> KeyValueCache { KeyValueCache(layers: layers.map { $0.copy() }) }

  private init(layers: [Layer]) { self.layers = layers }

  /// C, the position of the next token.
  public var length: Int { layers.first?.length ?? 0 }
}
