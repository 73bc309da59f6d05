/// Matrix products, computed by OpenBLAS: nearly all the arithmetic of a transformer.
extension Tensor {
  /// The matrix product over the last two axes.
  ///
  /// [..., M, K] × [..., K, N] → [..., M, N] with equal leading axes (one product for each), or
  /// [..., M, K] × [K, N] → [..., M, N] with one shared matrix. Stops if the shapes do not fit.
  public func matmul(_ other: Tensor) -> Tensor { product(with: other, transposed: false) }

  /// The matrix product with the transpose of `other`, without a transposed copy.
  ///
  /// [..., M, K] × [..., N, K]ᵀ or [N, K]ᵀ → [..., M, N]. Stops if the shapes do not fit.
  public func matmul(transposed other: Tensor) -> Tensor { product(with: other, transposed: true) }

  // C = A B:   ∂A = ∂C Bᵀ,  ∂B = Aᵀ ∂C
  // C = A Bᵀ:  ∂A = ∂C B,   ∂B = ∂Cᵀ A
  private func product(with other: Tensor, transposed: Bool) -> Tensor {
    let product = MatrixShapes(self, other, transposed: transposed)
    return product.forward(self, other).recorded(from: [self, other]) { gradient in
      [
        self.requiresGradient ? product.gradientOfLeft(gradient, other, like: self) : nil,
        other.requiresGradient ? product.gradientOfRight(gradient, self, like: other) : nil,
      ]
    }
  }

  /// A linear layer: x Wᵀ + b, [..., I] → [..., O]: the bias is written first, and the product
  /// added to it. Stops if the shapes do not fit.
  /// - Parameters:
  ///   - weight: W, [O, I].
  ///   - bias: b, [O], or nil.
  public func linear(weight: Tensor, bias: Tensor?) -> Tensor {
    guard let bias else { return matmul(transposed: weight) }
    guard weight.shape.count == 2, bias.shape == [weight.dim(0)] else {
      fatalError("linear: weight \(weight.shape) and bias \(bias.shape) do not fit")
    }
    let product = MatrixShapes(self, weight, transposed: true)
    let result = product.forward(self, weight, startingFrom: bias)
    return result.recorded(from: [self, weight, bias]) { gradient in
      [
        self.requiresGradient ? product.gradientOfLeft(gradient, weight, like: self) : nil,
        weight.requiresGradient ? product.gradientOfRight(gradient, self, like: weight) : nil,
        bias.requiresGradient ? gradient.summed(to: bias.shape) : nil,
      ]
    }
  }
}

/// The checked sizes of a batched product, the product itself and its two gradients.
private struct MatrixShapes {
  let batches: Int
  let rows: Int  // M
  let inner: Int  // K
  let columns: Int  // N
  let transposed: Bool
  let resultShape: [Int]

  init(_ left: Tensor, _ right: Tensor, transposed: Bool) {
    let sign = transposed ? "×ᵀ" : "×"
    guard left.shape.count >= 1, right.shape.count >= 2 else {
      fatalError("matmul: \(left.shape) \(sign) \(right.shape): too few axes")
    }
    self.transposed = transposed
    inner = left.dim(-1)
    columns = right.dim(transposed ? -2 : -1)
    let rightInner = right.dim(transposed ? -1 : -2)
    guard inner == rightInner else {
      fatalError(
        "matmul: \(left.shape) \(sign) \(right.shape): inner dimensions \(inner) and "
          + "\(rightInner) differ")
    }
    if right.shape.count == 2 {
      batches = 1
      rows = left.shape.dropLast().reduce(1, *)
    } else {
      guard left.shape.dropLast(2) == right.shape.dropLast(2) else {
        fatalError("matmul: \(left.shape) \(sign) \(right.shape): leading axes differ")
      }
      batches = left.shape.dropLast(2).reduce(1, *)
      rows = left.dim(-2)
    }
    resultShape = left.shape.dropLast() + [columns]
  }

  func forward(_ a: Tensor, _ b: Tensor, startingFrom bias: Tensor? = nil) -> Tensor {
    let result = Tensor(uninitialized: resultShape)
    if let bias {
      for row in 0..<batches * rows {
        (result.pointer + row * columns).update(from: bias.pointer, count: columns)
      }
    }
    if let packed = packed(b) {
      packed.multiply(
        rows, columns, inner, a.pointer, transposed: transposed, into: result.pointer,
        adding: bias != nil)
    } else {
      gemm(
        batches, rows, columns, inner, a.pointer, false, b.pointer, transposed, result.pointer,
        adding: bias != nil)
    }
    return result
  }

  /// The packed weights of a shared matrix; see `PackedProduct.swift`.
  private func packed(_ right: Tensor) -> PackedWeights? {
    right.shape.count == 2 ? right.storage.packed : nil
  }

  func gradientOfLeft(_ gradient: Tensor, _ b: Tensor, like a: Tensor) -> Tensor {
    let result = Tensor(uninitialized: a.shape)
    if let packed = packed(b) {
      packed.multiply(
        rows, inner, columns, gradient.pointer, transposed: !transposed, into: result.pointer,
        adding: false)
    } else {
      gemm(
        batches, rows, inner, columns, gradient.pointer, false, b.pointer, !transposed,
        result.pointer, adding: false)
    }
    return result
  }

  func gradientOfRight(_ gradient: Tensor, _ a: Tensor, like b: Tensor) -> Tensor {
    let result = Tensor(uninitialized: b.shape)
    let (left, right) = transposed ? (gradient, a) : (a, gradient)
    gemm(
      batches, transposed ? columns : inner, transposed ? inner : columns, rows, left.pointer,
      true, right.pointer, false, result.pointer, adding: false)
    return result
  }
}
