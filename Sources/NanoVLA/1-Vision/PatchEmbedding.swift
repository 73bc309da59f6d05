import Tensors

/// Patch embedding: an image becomes a sequence of tokens.
///
/// A transformer reads a sequence of vectors. The image is cut into squares, and one shared linear
/// layer turns the pixels of each square into a vector, a patch token. Attention treats its input
/// as a set; so each position of the grid has a learned vector that is added to its token. Without
/// positions the image is a bag of patches.
///
///     tokenₚ = W patchₚ + b + positionₚ
///
/// - Letters: B images, H×W pixels, S the side of a square, P = (H/S)·(W/S) patches, D width.
/// - Reference: Dosovitskiy et al., "An Image is Worth 16×16 Words" (2021), §3.1, eq. 1.
///   Left out: the class token (a policy needs positions, not one summary) and dropout.
public final class PatchEmbedding: Module {
  public let projection: Linear  // S·S·3 → D
  public let positions: Tensor  // [P, D]
  public let patchSize, imageSize: Int

  /// - Parameters:
  ///   - imageSize: the side of the square image, in pixels; a multiple of `patchSize`.
  ///   - patchSize: S, in pixels.
  ///   - width: D.
  ///   - bias: whether the linear layer has one.
  public init(
    imageSize: Int, patchSize: Int, width: Int, bias: Bool = true, using random: inout SeededRandom
  ) {
    guard patchSize > 0, imageSize % patchSize == 0 else {
      fatalError("patch embedding: \(imageSize) pixels do not divide into squares of \(patchSize)")
    }
    (self.imageSize, self.patchSize) = (imageSize, patchSize)
    projection = Linear(
      inputs: patchSize * patchSize * 3, outputs: width, bias: bias, using: &random)
    positions = PositionEncoding.grid(side: imageSize / patchSize, width: width).asParameter()
  }

  /// Images from ``Pixels`` → tokens: [B, H, W, 3] → [B, P, D].
  public func callAsFunction(_ images: Tensor) -> Tensor {
    let squares = patches(of: images)  // [B, H, W, 3] → [B, P, S·S·3]
    let tokens = projection(squares)  // [B, P, S·S·3] → [B, P, D]
      .traced("patch tokens", "one linear layer for every square")
    return (tokens + positions)  // [B, P, D] + [P, D] → [B, P, D]
      .traced("patch tokens + positions", "each position adds its own vector")
  }

  /// Cuts images into squares, row by row from the top left, the pixels of each in one row:
  /// [B, H, W, 3] → [B, P, S·S·3] with H = W = ``imageSize``.
  public func patches(of images: Tensor) -> Tensor {
    guard images.shape.count == 4, images.shape.dropFirst() == [imageSize, imageSize, 3] else {
      fatalError("patch embedding: images \(images.shape), not [B, \(imageSize), \(imageSize), 3]")
    }
    return cut(images)
  }

  /// Cuts images of any size that divides into squares: [B, H, W, 3] → [B, P, S·S·3].
  package func cut(_ images: Tensor) -> Tensor {
    images.traced("image", "images, height, width, colors")
    let (B, rows, S) = (images.dim(0), images.dim(1) / patchSize, patchSize)
    let columns = images.dim(2) / S
    return
      images
      .reshaped([B, rows, S, columns, S, 3])  // [B, H, W, 3] → [B, H/S, S, W/S, S, 3]
      .permuted([0, 1, 3, 2, 4, 5])  // → [B, H/S, W/S, S, S, 3]
      .reshaped([B, rows * columns, S * S * 3])  // → [B, P, S·S·3]
      .traced("patches", "cut into squares of \(S)×\(S) pixels")
  }
}
