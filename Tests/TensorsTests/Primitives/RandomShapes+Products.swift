import TestSupport

@testable import Tensors

/// Products of matrices: batched, with one shared matrix, transposed, packed.
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
        return PrimitiveExample(
          inputs, shape: lead + [m, n], { $0[0].linear(weight: $0[1], bias: $0[2]) }
        ) { x in
          let product = plain(x[0], x[1], sizes, transposed: true, isShared: true)
          return product.indices.map { product[$0] + x[2][$0 % n] }
        }
      },
      packed("linear, packed weights") { x, weight in x.linear(weight: weight, bias: nil) },
      packed("matmul, packed weights", transposed: false) { x, weight in x.matmul(weight) },
      Primitive("rows, packed table") { random in
        let (rows, width) = (random.axis(allowsEmpty: false), random.axis(allowsEmpty: false))
        let table = random.tensor([rows, width]).packedAsBFloat16()
        let indices = (0..<1 + random.integer(below: 7)).map { _ in random.integer(below: rows) }
        var example = PrimitiveExample(
          [], shape: [indices.count, width], { _ in table.rows(at: indices) }
        ) { _ in
          indices.flatMap { table.values[$0 * width..<($0 + 1) * width].map { Double($0) } }
        }
        example.isDifferentiable = false
        return example
      },
    ]
  }

  private static func product(
    _ random: inout SeededRandom, transposed: Bool, isShared: Bool
  ) -> PrimitiveExample {
    let sizes = random.productSizes()
    let (lead, m, k, n) = (sizes.lead, sizes.m, sizes.k, sizes.n)
    let left = random.tensor(lead + [m, k])
    let right = random.tensor((isShared ? [] : lead) + (transposed ? [n, k] : [k, n]))
    return PrimitiveExample(
      [left, right], shape: lead + [m, n],
      { transposed ? $0[0].matmul(transposed: $0[1]) : $0[0].matmul($0[1]) }
    ) { plain($0[0], $0[1], sizes, transposed: transposed, isShared: isShared) }
  }

  /// The weights are rounded to bfloat16 and frozen; only x is an input.
  private static func packed(
    _ name: String, transposed: Bool = true,
    _ primitive: @escaping @Sendable (_ x: Tensor, _ weight: Tensor) -> Tensor
  ) -> Primitive {
    Primitive(name) { random in
      var sizes = random.productSizes()
      (sizes.k, sizes.n) = (Swift.max(sizes.k, 1), Swift.max(sizes.n, 1))
      if random.integer(below: 4) == 0 { sizes.m += 16 }  // more than the few rows of one kernel
      let (lead, m, k, n) = (sizes.lead, sizes.m, sizes.k, sizes.n)
      let weight = random.tensor(transposed ? [n, k] : [k, n]).packedAsBFloat16()
      let rounded = weight.values.map { Double($0) }
      let whole = sizes
      return PrimitiveExample(
        [random.tensor(lead + [m, k])], shape: lead + [m, n], { primitive($0[0], weight) }
      ) { plain($0[0], rounded, whole, transposed: transposed, isShared: true) }
    }
  }

  private static func plain(
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

/// [lead…, M, K] × [K, N]
private struct ProductSizes {
  var lead: [Int]
  var m, k, n: Int
}

extension SeededRandom {
  /// One long axis at most, so that plain loops take a moment.
  fileprivate mutating func productSizes() -> ProductSizes {
    var sizes = (0..<3).map { _ in Swift.min(axis(), 5) }
    sizes[integer(below: 3)] = axis()
    let lead = (0..<integer(below: 3)).map { _ in 1 + integer(below: 2) }
    return ProductSizes(lead: lead, m: sizes[0], k: sizes[1], n: sizes[2])
  }
}
