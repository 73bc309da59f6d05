/// Convolutions of images: the same few weights at every position.
///
/// Images are [B, H, W, C]: the channels of a pixel stand side by side in memory. A window of K×K
/// pixels, K odd, is centered on every `stride`-th pixel; pixels outside of the image are 0.
///
/// Letters: B images, H×W pixels, C channels, H'×W' windows with H' = ⌈H / stride⌉, O outputs.
///
/// Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016), §2;
/// Chollet, "Xception" (2017), §2, for the depthwise one. Left out: dilation, even K, groups of
/// several channels.
extension Tensor {
  /// The pixels of each window side by side (im2col): [B, H, W, C] → [B, H', W', K·K·C].
  ///
  /// A convolution of all channels is a linear layer on them, with a weight of [O, K·K·C]. The
  /// backward adds each pixel's gradients over the windows that hold it.
  /// - Parameter size: K.
  public func windows(_ size: Int, stride: Int = 1) -> Tensor {
    let windows = Windows(shape, size: size, stride: stride)
    let (C, taps) = (dim(3), size * size)
    let result = Tensor.zeros([dim(0), windows.rows, windows.columns, taps * C])
    let (x, y) = (pointer, result.pointer)
    windows.forEach { window, tap, pixel in
      (y + (window * taps + tap) * C).update(from: x + pixel * C, count: C)
    }
    return result.recorded(from: [self]) { gradient in
      let gx = Tensor.zeros(self.shape)
      let (from, to) = (gradient.pointer, gx.pointer)
      windows.forEach { window, tap, pixel in
        let (source, target) = (from + (window * taps + tap) * C, to + pixel * C)
        for c in 0..<C { target[c] += source[c] }
      }
      return [gx]
    }
  }

  /// A depthwise convolution: each channel by itself, [B, H, W, C] → [B, H', W', O], O = C·M.
  ///
  /// Output o reads channel o / M alone: y[o] = b[o] + Σ w[o, i, j] · x[i, j, o / M]. Stops if the
  /// shapes do not fit.
  /// - Parameters:
  ///   - weight: w, [O, K, K].
  ///   - bias: b, [O], or nil.
  public func depthwiseConvolved(weight: Tensor, bias: Tensor?, stride: Int = 1) -> Tensor {
    guard shape.count == 4, weight.shape.count == 3, weight.dim(1) == weight.dim(2),
      weight.dim(0) % dim(3) == 0, bias.map({ $0.shape == [weight.dim(0)] }) ?? true
    else {
      fatalError("depthwise: \(shape), weight \(weight.shape), bias \(bias?.shape ?? []): no fit")
    }
    let windows = Windows(shape, size: weight.dim(1), stride: stride)
    let (C, O) = (dim(3), weight.dim(0))
    let M = O / C
    // One tap's weights of all outputs side by side: [O, K, K] → [O, K·K] → [K·K, O]
    let byTap = weight.detached().reshaped([O, -1]).transposed(0, 1)
    let result = Tensor.zeros([dim(0), windows.rows, windows.columns, O])
    let (x, w, y) = (pointer, byTap.pointer, result.pointer)
    windows.forEachInParallel { window, tap, pixel in
      let (x, w, y) = (x + pixel * C, w + tap * O, y + window * O)
      if M == 1 {
        for c in 0..<C { y[c] += w[c] * x[c] }
      } else {
        for o in 0..<O { y[o] += w[o] * x[o / M] }
      }
    }
    let convolved = result.recorded(from: [self, weight]) { gradient in
      let (gx, gByTap) = (Tensor.zeros(self.shape), Tensor.zeros(byTap.shape))
      let (x, w, g) = (self.pointer, byTap.pointer, gradient.pointer)
      let (toX, toW) = (gx.pointer, gByTap.pointer)
      windows.forEach { window, tap, pixel in
        let (x, w, g) = (x + pixel * C, w + tap * O, g + window * O)
        let (toX, toW) = (toX + pixel * C, toW + tap * O)
        for o in 0..<O {
          toX[o / M] += w[o] * g[o]
          toW[o] += x[o / M] * g[o]
        }
      }
      return [gx, gByTap.transposed(0, 1).reshaped(weight.shape)]  // [K·K, O] → [O, K, K]
    }
    return bias.map { convolved + $0 } ?? convolved  // [B, H', W', O] + [O]
  }
}

/// The windows over images of one size.
private struct Windows {
  let images, height, width, size, stride: Int
  var rows: Int { (height + stride - 1) / stride }  // H'
  var columns: Int { (width + stride - 1) / stride }  // W'

  init(_ shape: [Int], size: Int, stride: Int) {
    guard shape.count == 4, size > 0, size % 2 == 1, stride > 0 else {
      fatalError("windows: \(size)×\(size) with stride \(stride) on \(shape), not [B, H, W, C]")
    }
    (images, height, width) = (shape[0], shape[1], shape[2])
    (self.size, self.stride) = (size, stride)
  }

  /// Calls `body` with the index of a window, of a tap (a place in it) and of the pixel there, for
  /// all pixels inside of the image.
  /// - Parameter lines: rows of windows, counted over all images; nil for all.
  @inline(__always)
  func forEach(
    in lines: Range<Int>? = nil, _ body: (_ window: Int, _ tap: Int, _ pixel: Int) -> Void
  ) {
    for line in lines ?? 0..<images * rows {
      let (image, top) = (line / rows, line % rows * stride - size / 2)
      for column in 0..<columns {
        let left = column * stride - size / 2
        for i in max(0, -top)..<min(size, height - top) {
          for j in max(0, -left)..<min(size, width - left) {
            let pixel = (image * height + top + i) * width + left + j
            body(line * columns + column, i * size + j, pixel)
          }
        }
      }
    }
  }

  /// The same over several threads, each with windows of its own.
  @inline(__always)
  func forEachInParallel(_ body: (_ window: Int, _ tap: Int, _ pixel: Int) -> Void) {
    inPieces(of: images * rows) { forEach(in: $0, body) }
  }
}
