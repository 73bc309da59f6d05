import TestSupport
import Testing

@testable import Tensors

@Suite("Matrix products") struct MatrixProductTests {
  /// B, M, N, K
  static let sizes = [
    [1, 1, 1, 1], [1, 3, 5, 7], [1, 17, 65, 3], [2, 1, 3, 17], [3, 5, 1, 2], [4, 2, 3, 1],
    [6, 7, 8, 9],
  ]

  @Test("Batched products, plain and transposed, equal a plain loop", arguments: sizes)
  func batches(size: [Int]) {
    let (b, m, n, k) = (size[0], size[1], size[2], size[3])
    let x = uniform(b, m, k)
    let y = uniform(b, k, n, seed: 2)
    let z = uniform(b, n, k, seed: 3)
    let plain = plainProduct(x, y, (b, m, n, k), transposed: false, shared: false)
    let turned = plainProduct(x, z, (b, m, n, k), transposed: true, shared: false)
    #expect(x.matmul(y).shape == [b, m, n])
    #expect(maximumError(x.matmul(y).values, plain) < 1e-5)
    #expect(x.matmul(transposed: z).shape == [b, m, n])
    #expect(maximumError(x.matmul(transposed: z).values, turned) < 1e-5)
    expectGradients([x, y]) { $0[0].matmul($0[1]) }
    expectGradients([x, z]) { $0[0].matmul(transposed: $0[1]) }
  }

  @Test(
    "Products with one shared matrix, with and without bias, equal a plain loop", arguments: sizes)
  func shared(size: [Int]) {
    let (b, m, n, k) = (size[0], size[1], size[2], size[3])
    let x = uniform(b, m, k)
    let y = uniform(k, n, seed: 2)
    let weight = uniform(n, k, seed: 3)
    let bias = uniform(n, seed: 4)
    let plain = plainProduct(x, y, (b, m, n, k), transposed: false, shared: true)
    let turned = plainProduct(x, weight, (b, m, n, k), transposed: true, shared: true)
    let biased = turned.enumerated().map { $1 + Double(bias.values[$0 % n]) }
    #expect(maximumError(x.matmul(y).values, plain) < 1e-5)
    #expect(maximumError(x.linear(weight: weight, bias: nil).values, turned) < 1e-5)
    let linear = x.linear(weight: weight, bias: bias)
    #expect(linear.shape == [b, m, n])
    #expect(maximumError(linear.values, biased) < 1e-5)
    expectGradients([x, y]) { $0[0].matmul($0[1]) }
    expectGradients([x, weight, bias]) { $0[0].linear(weight: $0[1], bias: $0[2]) }
  }

  @Test("A vector is one row; several leading axes are one batch") func leadingAxes() {
    let (x, y) = (uniform(2, 3, 4, 5), uniform(2, 3, 5, 7, seed: 2))
    let expected = plainProduct(x, y, (6, 4, 7, 5), transposed: false, shared: false)
    #expect(x.matmul(y).shape == [2, 3, 4, 7])
    #expect(maximumError(x.matmul(y).values, expected) < 1e-5)
    let (vector, matrix) = (uniform(5), uniform(5, 3))
    #expect(vector.matmul(matrix).shape == [3])
    expectGradients([vector, matrix]) { $0[0].matmul($0[1]) }
  }

  @Test("The gradient of a matrix times itself is the sum of both gradients") func usedTwice() {
    expectGradients([uniform(3, 3)]) { $0[0].matmul($0[0]).matmul(transposed: $0[0]) }
  }

  @Test("Rows, columns or the inner dimension may be 0") func empty() {
    #expect(Tensor.zeros([0, 3]).matmul(.zeros([3, 2])).shape == [0, 2])
    #expect(Tensor.zeros([2, 3]).matmul(.zeros([3, 0])).shape == [2, 0])
    #expect(Tensor.full([2, 0], 1).matmul(.zeros([0, 2])).values == [0, 0, 0, 0])
    #expect(Tensor.zeros([0, 2, 3]).matmul(.zeros([0, 3, 2])).shape == [0, 2, 2])
    let (weight, bias) = (uniform(2, 3).asParameter(), uniform(2).asParameter())
    Tensor.zeros([0, 3]).linear(weight: weight, bias: bias).sum().backward()
    #expect(weight.gradient?.values == [0, 0, 0, 0, 0, 0] && bias.gradient?.values == [0, 0])
    let sum = Tensor.zeros([2, 0]).linear(weight: .zeros([2, 0]), bias: bias).values
    #expect(sum == bias.values + bias.values)
  }
}
