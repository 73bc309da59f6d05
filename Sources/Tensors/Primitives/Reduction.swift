import CKernels

/// Sums and means. The backward of a sum repeats the gradient.
extension Tensor {
  /// The sum of all elements, a single number, [].
  public func sum() -> Tensor {
    var total: Double = 0
    let x = pointer
    for i in 0..<count { total += Double(x[i]) }
    return Tensor([Float(total)], shape: []).recorded(from: [self]) { g in
      [.full(self.shape, g.item)]
    }
  }

  /// The mean of all elements, a single number, []. Stops if there are no elements.
  public func mean() -> Tensor {
    guard count > 0 else { fatalError("mean: shape \(shape) has no elements") }
    return sum() / Float(count)
  }

  /// The sum along `axis`, which is removed, or keeps length 1 with `keepingDimension`.
  public func sum(axis: Int, keepingDimension: Bool = false) -> Tensor {
    let axis = position(of: axis)
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    let length = shape[axis]
    var kept = shape
    kept[axis] = 1
    let result = Tensor(uninitialized: kept)
    for i in 0..<outer {
      kernel_sum_rows(pointer + i * length * inner, result.pointer + i * inner, length, inner)
    }
    let recorded = result.recorded(from: [self]) { g in [g.broadcast(to: self.shape)] }
    var dropped = shape
    dropped.remove(at: axis)
    return keepingDimension ? recorded : recorded.reshaped(dropped)
  }

  /// The mean along `axis`, which is removed, or keeps length 1 with `keepingDimension`.
  public func mean(axis: Int, keepingDimension: Bool = false) -> Tensor {
    sum(axis: axis, keepingDimension: keepingDimension) / Float(dim(axis))
  }

  /// The index of the largest element of each row of the last axis; the first one of equal
  /// elements.
  public func argmax() -> [Int] {
    let (rows, columns) = rowsAndColumns
    return (0..<rows).map { row in
      var largest = 0
      let x = pointer + row * columns
      for c in 1..<columns where x[c] > x[largest] { largest = c }
      return largest
    }
  }

  /// The sum over the axes that a broadcast from `target` repeated: the backward of
  /// ``broadcast(to:)``.
  func summed(to target: [Int]) -> Tensor {
    if shape == target { return self }
    let length = target.reduce(1, *)
    if length > 0, shape.suffix(target.count) == target[...] {
      let result = Tensor(uninitialized: target)
      kernel_sum_rows(pointer, result.pointer, count / length, length)
      return result
    }
    let padded = Array(repeating: 1, count: shape.count - target.count) + target
    var result = self
    for axis in shape.indices where padded[axis] == 1 && shape[axis] != 1 {
      result = result.sum(axis: axis, keepingDimension: true)
    }
    return result.reshaped(target)
  }
}
