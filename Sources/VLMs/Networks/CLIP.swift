import Foundation
import Tensors

/// CLIP: an image and its caption at the same place of one space.
///
/// Two towers, one for images and one for text, each end in one vector. Trained on pairs from the
/// web, the vector of an image points where its caption's does; so a class can be named in words,
/// and the tower has seen everything that people write about.
///
/// Letters: B images, C captions, T tokens, E the width of the shared space.
///
/// Reference: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision"
/// (2021), section 2.3 and figure 3.
public final class CLIP: Module {
  public let vision: VisionTransformer
  public let text: CLIPText
  public let visionProjection: Linear  // → E
  public let textProjection: Linear  // → E
  /// The logarithm of how sharply similarities are compared.
  public let logitScale: Tensor  // []

  public init(_ configuration: CLIPConfiguration, using random: inout SeededRandom) {
    let (c, E) = (configuration, configuration.projection)
    vision = VisionTransformer(c.vision, using: &random)
    text = CLIPText(c.text, using: &random)
    visionProjection = Linear(inputs: c.vision.width, outputs: E, bias: false, using: &random)
    textProjection = Linear(inputs: c.text.width, outputs: E, bias: false, using: &random)
    logitScale = Tensor([logf(1 / 0.07)], shape: []).asParameter()
  }

  /// How well each caption fits each image.
  /// - Parameters:
  ///   - images: [B, H, W, 3]
  ///   - ids, isWord: C captions, as ``CLIPText`` takes them.
  /// - Returns: [B, C]; a softmax over each row is a choice among the captions.
  public func callAsFunction(_ images: Tensor, ids: [[Int]], isWord: [[Bool]]? = nil) -> Tensor {
    let similarity = embed(images).matmul(transposed: embed(ids, isWord: isWord))  // → [B, C]
    return similarity * logitScale.exp()
  }

  /// Images as directions: [B, H, W, 3] → [B, E], each of length 1.
  public func embed(_ images: Tensor) -> Tensor {
    let summary = vision(images).sliced(axis: 1, 0..<1)  // [B, N, D] → [B, 1, D], the class token
      .reshaped([images.dim(0), -1])  // [B, 1, D] → [B, D]
    return visionProjection(summary).direction()  // [B, D] → [B, E]
  }

  /// Captions as directions: C×T numbers → [C, E], each of length 1.
  public func embed(_ ids: [[Int]], isWord: [[Bool]]? = nil) -> Tensor {
    let ends = text.pooled(text(ids, isWord: isWord), ids: ids)  // C×T numbers → [C, D]
    return textProjection(ends).direction()  // [C, D] → [C, E]
  }

  /// Where a checkpoint holds the weights.
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

  public init() {}
}

extension Tensor {
  /// Each row divided by its length: [B, E] → [B, E].
  fileprivate func direction() -> Tensor {
    self / squared().sum(axis: -1, keepingDimension: true).sqrt()
  }
}
