import TestSupport

@testable import Tensors

/// Operations that move elements.
extension [Primitive] {
  static var shapes: [Primitive] {
    [
      Primitive("reshaped") { random in
        let shape = random.shape()
        let merged = shape.count < 2 ? shape + [1] : [shape[0] * shape[1]] + shape[2...]
        return PrimitiveExample([random.tensor(shape)], shape: merged, { $0[0].reshaped(merged) }) {
          $0[0]
        }
      },
      Primitive("permuted") { random in
        let shape = random.shape()
        let order = random.shuffled([Int](shape.indices))
        return permutation(of: random.tensor(shape), order) { $0.permuted(order) }
      },
      Primitive("transposed") { random in
        let shape = random.shape(axes: 1...4)
        let (a, b) = (random.integer(below: shape.count), random.integer(below: shape.count))
        var order = [Int](shape.indices)
        order.swapAt(a, b)
        return permutation(of: random.tensor(shape), order) { $0.transposed(a - shape.count, b) }
      },
      Primitive("broadcast") { random in
        let shape = random.shape()
        let source = random.operands(of: shape).0
        return PrimitiveExample(
          [random.tensor(source)], shape: shape, { $0[0].broadcast(to: shape) }
        ) { x in
          (0..<shape.reduce(1, *)).map { x[0][broadcastOffset(of: $0, in: shape, from: source)] }
        }
      },
      Primitive("sliced") { random in
        let shape = random.shape(axes: 1...4)
        let axis = random.integer(below: shape.count)
        let start = random.integer(below: shape[axis] + 1)
        let end = start + random.integer(below: shape[axis] - start + 1)
        var part = shape
        part[axis] = end - start
        return PrimitiveExample(
          [random.tensor(shape)], shape: part, { $0[0].sliced(axis: axis, start..<end) }
        ) { x in
          places(in: shape).filter { start..<end ~= $0.index[axis] }.map { x[0][$0.flat] }
        }
      },
      Primitive("concatenated") { random in
        let shape = random.shape(axes: 1...4)
        let axis = random.integer(below: shape.count)
        let parts = (0...random.integer(below: 3)).map { _ in
          var part = shape
          part[axis] = random.integer(below: 4)
          return part
        }
        var whole = shape
        whole[axis] = parts.reduce(0) { $0 + $1[axis] }
        return PrimitiveExample(
          parts.map { random.tensor($0) }, shape: whole, { .concatenated($0, axis: axis) }
        ) { x in
          places(in: whole).map { place in
            var (part, index) = (0, place.index)
            while index[axis] >= parts[part][axis] {
              index[axis] -= parts[part][axis]
              part += 1
            }
            return x[part][zip(index, parts[part]).reduce(0) { $0 * $1.1 + $1.0 }]
          }
        }
      },
      Primitive("stackedRows") { random in
        let tables = (0...random.integer(below: 3)).map { _ in [random.axis(), random.axis()] }
        let width = tables.map { $0[1] }.max()!
        let shape = [tables.reduce(0) { $0 + $1[0] }, width]
        return PrimitiveExample(
          tables.map { random.tensor($0) }, shape: shape, { .stackedRows($0) }
        ) { x in
          zip(x, tables).flatMap { values, table in
            (0..<table[0]).flatMap { row in
              (0..<width).map { $0 < table[1] ? values[row * table[1] + $0] : 0 }
            }
          }
        }
      },
      Primitive("rows") { random in
        let shape = random.shape(axes: 2...4, allowsEmpty: false)
        let indices = (0..<random.integer(below: 7)).map { _ in random.integer(below: shape[0]) }
        let width = shape[1...].reduce(1, *)
        return PrimitiveExample(
          [random.tensor(shape)], shape: [indices.count] + shape[1...], { $0[0].rows(at: indices) }
        ) { x in indices.flatMap { x[0][$0 * width..<($0 + 1) * width] } }
      },
    ]
  }

  /// Element r of the result, an index, is the element s of `x` with s[order[i]] = r[i].
  private static func permutation(
    of x: Tensor, _ order: [Int], _ primitive: @escaping (Tensor) -> Tensor
  ) -> PrimitiveExample {
    let result = order.map { x.shape[$0] }
    return PrimitiveExample([x], shape: result, { primitive($0[0]) }) { values in
      places(in: result).map { place in
        var source = place.index
        for (i, axis) in order.enumerated() { source[axis] = place.index[i] }
        return values[0][zip(source, x.shape).reduce(0) { $0 * $1.1 + $1.0 }]
      }
    }
  }
}

/// Every place of a tensor, in row-major order, with its index along each axis.
func places(in shape: [Int]) -> [(flat: Int, index: [Int])] {
  (0..<shape.reduce(1, *)).map { flat in
    var rest = flat
    let index = shape.reversed().map { length -> Int in
      defer { rest /= length }
      return rest % length
    }
    return (flat, index.reversed())
  }
}
