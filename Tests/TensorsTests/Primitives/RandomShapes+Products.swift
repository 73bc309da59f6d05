import TestSupport

@testable import Tensors

/// Products of matrices: batched, with one shared matrix, transposed.
extension [Primitive] {
  static var products: [Primitive] {
    [
      Primitive("matmul") { random in product(&random, transposed: false, isShared: false) },
      Primitive("matmul, shared") { random in product(&random, transposed: false, isShared: true) },
      Primitive("matmul transposed") { random in
        product(&random, transposed: true, isShared: false)
      },
      Primitive("matmul transposed, shared") { random in
        product(&random, transposed: true, isShared: true)
      },
      Primitive("linear") { random in
        let sizes = random.productSizes()
        let (lead, m, k, n) = (sizes.lead, sizes.m, sizes.k, sizes.n)
        let inputs = [random.tensor(lead + [m, k]), random.tensor([n, k]), random.tensor([n])]
        let isBiased = random.integer(below: 3) > 0
        return PrimitiveExample(
          isBiased ? inputs : inputs.dropLast(), shape: lead + [m, n],
          { $0[0].linear(weight: $0[1], bias: isBiased ? $0[2] : nil) }
        ) { x in
          let product = plain(x[0], x[1], sizes, transposed: true, isShared: true)
          return product.indices.map { product[$0] + (isBiased ? x[2][$0 % n] : 0) }
        }
      },
    ]
  }

  private static func product(
    _ random: inout SeededRandom, transposed: Bool, isShared: Bool, _ drawn: ProductSizes? = nil
  ) -> PrimitiveExample {
    let sizes = drawn ?? random.productSizes()
    let (lead, m, k, n) = (sizes.lead, sizes.m, sizes.k, sizes.n)
    // Thousands of terms are small ones, so that their sum is rounded like that of a few.
    let range: ClosedRange<Float> = drawn == nil ? -2...2 : -0.25...0.25
    let left = random.tensor(lead + [m, k], in: range)
    let right = random.tensor(
      (isShared ? [] : lead) + (transposed ? [n, k] : [k, n]), in: range)
    return PrimitiveExample(
      [left, right], shape: lead + [m, n],
      { transposed ? $0[0].matmul(transposed: $0[1]) : $0[0].matmul($0[1]) }
    ) { plain($0[0], $0[1], sizes, transposed: transposed, isShared: isShared) }
  }

  static func plain(
    _ a: [Double], _ b: [Double], _ sizes: ProductSizes, transposed: Bool, isShared: Bool
  ) -> [Double] {
    let (m, k, n) = (sizes.m, sizes.k, sizes.n)
    var result: [Double] = []
    for batch in 0..<sizes.lead.reduce(1, *) {
      for i in 0..<m {
        for j in 0..<n {
          var sum = 0.0
          for l in 0..<k {
            let right = (isShared ? 0 : batch * k * n) + (transposed ? j * k + l : l * n + j)
            sum += a[(batch * m + i) * k + l] * b[right]
          }
          result.append(sum)
        }
      }
    }
    return result
  }
}

extension [Primitive] {
  /// Products of a size that several threads share, which take another way.
  static var largeProducts: [Primitive] {
    @Sendable func large(_ random: inout SeededRandom) -> ProductSizes {
      // At least 2²⁰ multiplications, along one axis or another.
      var sizes = [16, 16, 16].map { $0 + random.integer(below: 32) }
      let long = random.integer(below: 3)
      sizes[long] = 1 + (1 << 20) / (sizes.reduce(1, *) / sizes[long]) + random.integer(below: 9)
      return ProductSizes(lead: [], m: sizes[0], k: sizes[1], n: sizes[2])
    }
    return [
      Primitive("matmul") { random in
        let sizes = large(&random)
        return product(&random, transposed: false, isShared: false, sizes)
      },
      Primitive("matmul transposed") { random in
        let sizes = large(&random)
        return product(&random, transposed: true, isShared: true, sizes)
      },
    ]
  }
}

/// [lead…, M, K] × [K, N]
struct ProductSizes {
  var lead: [Int]
  var m, k, n: Int
}

extension SeededRandom {
  /// One long axis at most, so that plain loops take a moment.
  mutating func productSizes() -> ProductSizes {
    var sizes = (0..<3).map { _ in Swift.min(axis(), 5) }
    sizes[integer(below: 3)] = axis()
    let lead = (0..<integer(below: 3)).map { _ in 1 + integer(below: 2) }
    return ProductSizes(lead: lead, m: sizes[0], k: sizes[1], n: sizes[2])
  }
}
