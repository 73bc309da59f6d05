import TestSupport

@testable import Tensors

/// Sums and means.
extension [Primitive] {
  static var reductions: [Primitive] {
    [
      Primitive("sum") { random in
        PrimitiveExample([random.tensor(random.shape())], shape: [], { $0[0].sum() }) {
          [$0[0].reduce(0, +)]
        }
      },
      Primitive("mean") { random in
        let shape = random.shape(allowsEmpty: false)
        return PrimitiveExample([random.tensor(shape)], shape: [], { $0[0].mean() }) {
          [$0[0].reduce(0, +) / Double($0[0].count)]
        }
      },
      alongAxis("sum along an axis", { $0.sum(axis: $1, keepingDimension: $2) }) { sum, _ in sum },
      alongAxis(
        "mean along an axis", { $0.mean(axis: $1, keepingDimension: $2) }, { $0 / Double($1) }),
    ]
  }

  private static func alongAxis(
    _ name: String, _ primitive: @escaping @Sendable (Tensor, Int, Bool) -> Tensor,
    _ finish: @escaping @Sendable (_ sum: Double, _ length: Int) -> Double
  ) -> Primitive {
    Primitive(name) { random in
      let shape = random.shape(axes: 1...4, allowsEmpty: false)
      let (axis, keeps) = (random.integer(below: shape.count), random.integer(below: 2) == 0)
      var result = shape
      if keeps { result[axis] = 1 } else { result.remove(at: axis) }
      return PrimitiveExample(
        [random.tensor(shape)], shape: result, { primitive($0[0], axis, keeps) }
      ) { x in
        let inner = shape[(axis + 1)...].reduce(1, *)
        var sums = [Double](repeating: 0, count: result.reduce(1, *))
        for place in places(in: shape) {
          sums[place.flat / (inner * shape[axis]) * inner + place.flat % inner] += x[0][place.flat]
        }
        return sums.map { finish($0, shape[axis]) }
      }
    }
  }
}
