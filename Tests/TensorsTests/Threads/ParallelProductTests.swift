import TestSupport
import Testing

@testable import Tensors

/// Products that are large enough to be split over the threads.
@Suite("Matrix products on several threads") struct ParallelProductTests {
  /// B, M, N, K with at least 2²² multiplications; no length is a multiple of a vector register.
  static let large = [
    [1, 301, 97, 145], [1, 3, 1_201, 1_203], [7, 83, 85, 87], [33, 61, 47, 67],
  ]

  @Test("Products on one and two threads equal a plain loop", arguments: large)
  func largeProducts(size: [Int]) {
    let (b, m, n, k) = (size[0], size[1], size[2], size[3])
    let (x, y, z) = (uniform(b, m, k), uniform(b, k, n, seed: 2), uniform(b, n, k, seed: 3))
    let plain = plainProduct(x, y, (b, m, n, k), transposed: false, shared: false)
    let turned = plainProduct(x, z, (b, m, n, k), transposed: true, shared: false)
    for threads in [1, 2] {
      let (left, right) = withThreads(threads) { (x.matmul(y), x.matmul(transposed: z)) }
      #expect(maximumError(left.values, plain) < 1e-4)
      #expect(maximumError(right.values, turned) < 1e-4)
    }
  }

  @Test("Gradients are the products with the transposed operands", arguments: large)
  func largeGradients(size: [Int]) {
    let (b, m, n, k) = (size[0], size[1], size[2], size[3])
    let (x, y) = (uniform(b, m, k).asParameter(), uniform(b, k, n, seed: 2).asParameter())
    let z = y.detached().transposed(1, 2).asParameter()
    let w = uniform(b, m, n, seed: 4)
    withThreads(2) { (x.matmul(y) * w).sum().backward() }
    // ∂x = w yᵀ, ∂y = xᵀ w
    let left = plainProduct(w, y, (b, m, k, n), transposed: true, shared: false)
    let turned = x.detached().transposed(1, 2)
    let right = plainProduct(turned, w, (b, k, n, m), transposed: false, shared: false)
    #expect(maximumError(x.gradient!.values, left) < 1e-4)
    #expect(maximumError(y.gradient!.values, right) < 1e-4)
    x.gradient = nil
    withThreads(2) { (x.matmul(transposed: z) * w).sum().backward() }
    #expect(maximumError(x.gradient!.values, left) < 1e-4)
    let found = z.gradient!.transposed(1, 2).values
    #expect(maximumError(found, right) < 1e-4)
  }

  @Test("A linear layer on two threads and its gradients equal a plain loop") func largeLinear() {
    let (x, weight) = (uniform(7, 43, 145).asParameter(), uniform(97, 145, seed: 2).asParameter())
    let bias = uniform(97, seed: 3).asParameter()
    let w = uniform(7, 43, 97, seed: 4)
    let y = withThreads(2) { x.linear(weight: weight, bias: bias) }
    let plain = plainProduct(x, weight, (1, 301, 97, 145), transposed: true, shared: true)
    let expected = plain.enumerated().map { $1 + Double(bias.values[$0 % 97]) }
    #expect(maximumError(y.values, expected) < 1e-4)
    withThreads(2) { (y * w).sum().backward() }
    let left = plainProduct(w, weight, (1, 301, 145, 97), transposed: false, shared: true)
    let turned = w.reshaped([301, 97]).transposed(0, 1)
    let rows = x.detached().reshaped([301, 145])
    let right = plainProduct(turned, rows, (1, 97, 145, 301), transposed: false, shared: true)
    #expect(maximumError(x.gradient!.values, left) < 1e-4)
    #expect(maximumError(weight.gradient!.values, right) < 1e-4)
    let sums = w.reshaped([301, 97]).sum(axis: 0).values.map { Double($0) }
    #expect(maximumError(bias.gradient!.values, sums) < 1e-4)
  }
}
