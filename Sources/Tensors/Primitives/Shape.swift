/// Operations that change the shape: reshape, transpose, permute and broadcast.
extension Tensor {
  /// The same elements, in the same order, with another shape; nothing is copied.
  ///
  /// One length may be −1: it is computed from the others. Stops if the number of elements differs.
  public func reshaped(_ newShape: [Int]) -> Tensor {
    let known = newShape.filter { $0 != -1 }.reduce(1, *)
    let filled = newShape.map { $0 == -1 ? (known == 0 ? 0 : count / known) : $0 }
    guard newShape.filter({ $0 == -1 }).count <= 1, filled.allSatisfy({ $0 >= 0 }),
      filled.reduce(1, *) == count
    else {
      fatalError("reshape: \(shape) has \(count) elements, which do not fill \(newShape)")
    }
    return Tensor(shape: filled, storage: storage).recorded(from: [self]) { gradient in
      [gradient.reshaped(self.shape)]
    }
  }

  /// A copy with two axes exchanged, such as [B, T, D] → [B, D, T] for axes 1 and 2 (or −2 and −1).
  public func transposed(_ first: Int, _ second: Int) -> Tensor {
    var order = Array(shape.indices)
    order.swapAt(position(of: first), position(of: second))
    return permuted(order)
  }

  /// A copy with the axes in another order: axis i of the result is axis `order[i]` of this tensor.
  /// Stops unless `order` names each axis once.
  public func permuted(_ order: [Int]) -> Tensor {
    guard order.sorted() == Array(shape.indices) else {
      fatalError("permute: \(order) does not name each axis of \(shape) once")
    }
    let result = Tensor(uninitialized: order.map { shape[$0] })
    let strides = rowMajorStrides(shape)
    copyStrided(from: pointer, strides: order.map { strides[$0] }, into: result)
    return result.recorded(from: [self]) { gradient in
      [gradient.permuted(order.indices.map { order.firstIndex(of: $0)! })]
    }
  }

  /// A copy of shape `target`, in which axes of length 1 and missing leading axes are repeated.
  /// Stops if another axis differs.
  public func broadcast(to target: [Int]) -> Tensor {
    if shape == target { return self }
    let padded = Array(repeating: 1, count: max(0, target.count - shape.count)) + shape
    guard padded.count == target.count, zip(padded, target).allSatisfy({ $0 == 1 || $0 == $1 })
    else { fatalError("broadcast: \(shape) does not repeat to \(target)") }
    let strides = zip(rowMajorStrides(padded), padded).map { $1 == 1 ? 0 : $0 }
    let result = Tensor(uninitialized: target)
    copyStrided(from: pointer, strides: strides, into: result)
    return result.recorded(from: [self]) { gradient in [gradient.summed(to: self.shape)] }
  }
}

/// The distance in memory between neighbors along each axis, in elements.
func rowMajorStrides(_ shape: [Int]) -> [Int] {
  var strides = Array(repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() {
    strides[axis] = strides[axis + 1] * shape[axis + 1]
  }
  return strides
}

/// Fills `result` in row-major order from memory with any strides, row by row of the last axis.
private func copyStrided(from source: UnsafePointer<Float>, strides: [Int], into result: Tensor) {
  let shape = result.shape
  guard result.count > 0 else { return }
  guard let run = shape.last, let step = strides.last else {
    result.pointer[0] = source[0]
    return
  }
  var index = Array(repeating: 0, count: shape.count)
  var (from, to) = (source, result.pointer)
  let end = result.pointer + result.count
  while to < end {
    if step == 1 {
      to.update(from: from, count: run)
    } else {
      for i in 0..<run { to[i] = from[i * step] }
    }
    to += run
    var axis = shape.count - 2
    while axis >= 0 {
      index[axis] += 1
      from += strides[axis]
      if index[axis] < shape[axis] { break }
      from -= strides[axis] * shape[axis]
      index[axis] = 0
      axis -= 1
    }
  }
}
