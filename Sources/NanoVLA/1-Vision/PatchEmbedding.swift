import Tensors

/// Patch embedding: an image becomes a sentence.
///
/// A transformer reads a sequence of vectors. So the image is cut into squares, and each square's
/// pixels, laid in a row, become one vector by one shared linear layer. The squares are the words.
/// Nothing in a transformer knows which word stood where; so each place of the grid has a learned
/// vector of its own, which is added. Without it the image is a bag of patches.
///
/// Letters: B images, H×W pixels, S the side of a square, P = (H/S)·(W/S) patches, D width.
///
/// Reference: Dosovitskiy et al., "An Image is Worth 16×16 Words" (2021), section 3.1, eq. 1.
/// Left out: the class token (a policy wants places, not one summary) and dropout.
public final class PatchEmbedding: Module {
  public let projection: Linear  // S·S·3 → D
  public let positions: Tensor  // [P, D]
  public let patchSize: Int
  public let imageSize: Int

  /// - Parameters:
  ///   - imageSize: side of the square image, in pixels; a multiple of `patchSize`.
  ///   - patchSize: S, in pixels.
  ///   - width: D.
  ///   - bias: whether the layer adds one.
  public init(
    imageSize: Int, patchSize: Int, width: Int, bias: Bool = true, using random: inout SeededRandom
  ) {
    guard patchSize > 0, imageSize % patchSize == 0 else {
      fatalError("patch embedding: \(imageSize) pixels do not divide into squares of \(patchSize)")
    }
    self.imageSize = imageSize
    self.patchSize = patchSize
    projection = Linear(
      inputs: patchSize * patchSize * 3, outputs: width, bias: bias, using: &random)
    positions = PositionEncoding.grid(side: imageSize / patchSize, width: width).asParameter()
  }

  /// - Parameter images: [B, H, W, 3]
  /// - Returns: [B, P, D]
  public func callAsFunction(_ images: Tensor) -> Tensor {
    let squares = patches(of: images)  // [B, H, W, 3] → [B, P, S·S·3]
    let words = projection(squares)  // [B, P, S·S·3] → [B, P, D]
      .traced("patch words", "one layer for every square")
    return (words + positions)  // [B, P, D] + [P, D] → [B, P, D]
      .traced("patch words + positions", "each place adds its own vector")
  }

  /// The image cut into squares, row by row from the top left, each laid out as one vector.
  public func patches(of images: Tensor) -> Tensor {
    guard images.shape.count == 4, images.shape.dropFirst() == [imageSize, imageSize, 3] else {
      fatalError("patch embedding: images \(images.shape), not [B, \(imageSize), \(imageSize), 3]")
    }
    return cut(images)
  }

  package func cut(_ images: Tensor) -> Tensor {
    images.traced("image", "images, height, width, colours")
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
