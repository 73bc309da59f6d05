import TestSupport
import Testing

@testable import Tensors

/// Convolutions against four plain loops in double precision.
@Suite("Convolutions") struct ConvolutionTests {
  /// B, H, W, C, K, stride, and the outputs of each channel
  static let sizes = [
    [1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 2, 7, 2, 1], [2, 5, 4, 3, 3, 1, 1], [1, 6, 7, 2, 3, 2, 2],
    [1, 4, 9, 3, 7, 2, 1], [2, 3, 2, 1, 5, 3, 3], [1, 8, 2, 4, 1, 2, 1], [1, 2, 8, 2, 5, 4, 2],
  ]

  /// y[b, r, c, o] = Σ w[o, i, j, k] · x[b, r·s + i − K/2, c·s + j − K/2, k], with 0 outside of the image.
  private func plain(
    _ x: Tensor, size K: Int, stride: Int, outputs: Int, weight: (Int, Int, Int, Int) -> Float
  ) -> [Double] {
    let (H, W) = (x.dim(1), x.dim(2))
    var result: [Double] = []
    for b in 0..<x.dim(0) {
      for top in Swift.stride(from: 0, to: H, by: stride) {
        for left in Swift.stride(from: 0, to: W, by: stride) {
          for o in 0..<outputs {
            var sum = 0.0
            for i in 0..<K {
              for j in 0..<K {
                let (row, column) = (top + i - K / 2, left + j - K / 2)
                guard 0..<H ~= row, 0..<W ~= column else { continue }
                for k in 0..<x.dim(3) {
                  sum += Double(weight(o, i, j, k)) * Double(x[b, row, column, k])
                }
              }
            }
            result.append(sum)
          }
        }
      }
    }
    return result
  }

  @Test("a linear layer on windows is a convolution of all channels", arguments: sizes)
  func dense(size: [Int]) {
    let (C, K, stride, O) = (size[3], size[4], size[5], 3)
    let x = uniform(size[0], size[1], size[2], C)
    let weight = uniform(O, K * K * C, seed: 2)
    let expected = plain(x, size: K, stride: stride, outputs: O) { o, i, j, k in
      weight[o, (i * K + j) * C + k]
    }
    let found = x.windows(K, stride: stride).linear(weight: weight, bias: nil)
    let rows = [size[1], size[2]].map { ($0 + stride - 1) / stride }
    #expect(found.shape == [size[0], rows[0], rows[1], O])
    #expect(maximumError(found.values, expected) < 1e-5)
    expectGradients([x, weight]) {
      $0[0].windows(K, stride: stride).linear(weight: $0[1], bias: nil)
    }
  }

  @Test(
    "a depthwise convolution is a convolution with weights of 0 between channels", arguments: sizes)
  func depthwise(size: [Int]) {
    let (C, K, stride, M) = (size[3], size[4], size[5], size[6])
    let x = uniform(size[0], size[1], size[2], C)
    let (weight, bias) = (uniform(C * M, K, K, seed: 2), uniform(C * M, seed: 3))
    let sums = plain(x, size: K, stride: stride, outputs: C * M) { o, i, j, k in
      o / M == k ? weight[o, i, j] : 0
    }
    let found = x.depthwiseConvolved(weight: weight, bias: nil, stride: stride)
    #expect(maximumError(found.values, sums) < 1e-5)
    let biased = x.depthwiseConvolved(weight: weight, bias: bias, stride: stride)
    let expected = sums.enumerated().map { $1 + Double(bias.values[$0 % (C * M)]) }
    #expect(maximumError(biased.values, expected) < 1e-5)
    expectGradients([x, weight, bias]) {
      $0[0].depthwiseConvolved(weight: $0[1], bias: $0[2], stride: stride)
    }
  }

  @Test("the number of threads changes no bit") func threads() {
    let (x, weight) = (uniform(2, 9, 7, 5), uniform(5, 3, 3, seed: 2))
    let one = withThreads(1) { x.depthwiseConvolved(weight: weight, bias: nil).values }
    let four = withThreads(4) { x.depthwiseConvolved(weight: weight, bias: nil).values }
    #expect(one == four)
  }

  @Test("an even window, and a weight for other channels, stop with both shapes")
  func shapes() async {
    let even = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = uniform(1, 4, 4, 3).windows(2)
    }
    expectMessage(even, "2×2", "[1, 4, 4, 3]")
    let other = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = uniform(1, 4, 4, 3).depthwiseConvolved(weight: uniform(4, 3, 3), bias: nil)
    }
    expectMessage(other, "[1, 4, 4, 3]", "[4, 3, 3]")
  }
}
