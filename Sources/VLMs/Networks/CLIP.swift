import Foundation
import Tensors

/// CLIP: images and captions as vectors in one embedding space.
///
/// Two towers, one for images and one for text, each return one vector. Contrastive training on pairs
/// from the web aligns the vector of an image with that of its caption. So a class can be described in
/// words (zero-shot classification), and the vision tower knows whatever people write about.
///
/// - Letters: B images, C captions, T tokens, E the width of the shared space.
/// - Reference: Radford et al., "Learning Transferable Visual Models From Natural Language
///   Supervision" (2021), §2.3 and figure 3.
public final class CLIP: Module {
  public let vision: VisionTransformer
  public let text: CLIPText
  public let visionProjection: Linear  // → E
  public let textProjection: Linear  // → E
  /// The logarithm of the factor of similarities, an inverse temperature.
  public let logitScale: Tensor  // []

  /// A network with random weights.
  public init(_ configuration: CLIPConfiguration, using random: inout SeededRandom) {
    let (c, E) = (configuration, configuration.projection)
    vision = VisionTransformer(c.vision, using: &random)
    text = CLIPText(c.text, using: &random)
    visionProjection = Linear(inputs: c.vision.width, outputs: E, bias: false, using: &random)
    textProjection = Linear(inputs: c.text.width, outputs: E, bias: false, using: &random)
    logitScale = Tensor([logf(1 / 0.07)], shape: []).asParameter()
  }

  /// The similarity logits of each image and caption.
  /// - Parameters:
  ///   - images: [B, H, W, 3]
  ///   - ids, isToken: C captions, see ``CLIPText``.
  /// - Returns: [B, C]; the softmax of a row gives the probabilities of the captions.
  public func callAsFunction(_ images: Tensor, ids: [[Int]], isToken: [[Bool]]? = nil) -> Tensor {
    let similarity = embed(images).matmul(transposed: embed(ids, isToken: isToken))  // → [B, C]
    return similarity * logitScale.exp()
  }

  /// Image embeddings of length 1: [B, H, W, 3] → [B, E].
  public func embed(_ images: Tensor) -> Tensor {
    let summary = vision(images).sliced(axis: 1, 0..<1)  // [B, N, D] → [B, 1, D], the class token
      .reshaped([images.dim(0), -1])  // [B, 1, D] → [B, D]
    return visionProjection(summary).normalized()  // [B, D] → [B, E]
  }

  /// Caption embeddings of length 1: C×T token ids → [C, E].
  public func embed(_ ids: [[Int]], isToken: [[Bool]]? = nil) -> Tensor {
    let ends = text.pooled(text(ids, isToken: isToken), ids: ids)  // C×T ids → [C, D]
    return textProjection(ends).normalized()  // [C, D] → [C, E]
  }

  /// The published names of the weights.
  public static let weights =
    VisionTransformer.clipWeights(under: "vision_model.").inside("vision.", "")
    + CLIPText.weights(under: "text_model.").inside("text.", "")
    + WeightMap([
      "visionProjection": "visual_projection", "textProjection": "text_projection",
      "logitScale": "logit_scale",
    ])
}

/// The sizes of a ``CLIP``; the defaults are a nano one.
public struct CLIPConfiguration: Sendable, Equatable {
  public var vision = VisionTransformerConfiguration.clip
  public var text = CLIPTextConfiguration()
  public var projection = 16  // E

  /// Nano size.
  public init() {}
}

extension Tensor {
  /// Each row divided by its length: [B, E] → [B, E].
  fileprivate func normalized() -> Tensor {
    self / squared().sum(axis: -1, keepingDimension: true).sqrt()
  }
}
