import TestSupport

@testable import Tensors

/// Products with packed weights, and rows of a packed table.
extension [Primitive] {
  static var packed: [Primitive] {
    [
      packedProduct("linear, packed weights") { x, weight in x.linear(weight: weight, bias: nil) },
      packedProduct("matmul, packed weights", transposed: false) { x, weight in x.matmul(weight) },
      packedProduct("matmul transposed, packed weights") { x, weight in x.matmul(transposed: weight)
      },
      Primitive("rows, packed table") { random in
        let (rows, width) = (random.axis(allowsEmpty: false), random.axis(allowsEmpty: false))
        let table = random.packed([rows, width])
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

  /// The weights are in a format of checkpoints and frozen; only x is an input.
  private static func packedProduct(
    _ name: String, transposed: Bool = true,
    _ primitive: @escaping @Sendable (_ x: Tensor, _ weight: Tensor) -> Tensor
  ) -> Primitive {
    Primitive(name) { random in
      var sizes = random.productSizes()
      (sizes.k, sizes.n) = (Swift.max(sizes.k, 1), Swift.max(sizes.n, 1))
      if random.integer(below: 4) == 0 { sizes.m += 16 }  // more than the few rows of one kernel
      let (lead, m, k, n) = (sizes.lead, sizes.m, sizes.k, sizes.n)
      let weight = random.packed(transposed ? [n, k] : [k, n])
      let rounded = weight.values.map { Double($0) }
      let whole = sizes
      return PrimitiveExample(
        [random.tensor(lead + [m, k])], shape: lead + [m, n], { primitive($0[0], weight) }
      ) { plain($0[0], rounded, whole, transposed: transposed, isShared: true) }
    }
  }
}

extension SeededRandom {
  /// A packed tensor in one of the formats, at an address with or without alignment.
  fileprivate mutating func packed(_ shape: [Int]) -> Tensor {
    let values = tensor(shape).values
    let format: PackedWeights.Format = [.float32, .float16, .bfloat16][integer(below: 3)]
    let (offset, width) = (integer(below: 5), format == .float32 ? 4 : 2)
    let memory = MappedMemory(count: offset + width * values.count) { start in
      for (i, value) in values.enumerated() {
        let place = start + offset + width * i
        switch format {
        case .float32: place.storeBytes(of: value, as: Float.self)
        case .float16: place.storeBytes(of: value.float16Bits, as: UInt16.self)
        case .bfloat16: place.storeBytes(of: value.bfloat16Bits, as: UInt16.self)
        }
      }
    }
    return Tensor(packed: PackedWeights(format, in: memory, from: offset), shape: shape)
  }
}
