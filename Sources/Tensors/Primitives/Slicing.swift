/// Slicing and concatenation along one axis; each is the backward of the other. Stacking pads.
extension Tensor {
  /// A copy of the part `range` of `axis`; the other axes are complete. Stops if it is outside.
  public func sliced(axis: Int, _ range: Range<Int>) -> Tensor {
    let axis = position(of: axis)
    guard range.lowerBound >= 0, range.upperBound <= shape[axis] else {
      fatalError("slice: \(range) is outside axis \(axis) of \(shape)")
    }
    var partShape = shape
    partShape[axis] = range.count
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    if axis == 0, let packed = storage.packed {  // consecutive rows stay packed
      let part = packed.dropFirst(range.lowerBound * inner)
      return Tensor(shape: partShape, storage: Storage(count: range.count * inner, in: part))
    }
    let result = Tensor(uninitialized: partShape)
    let (whole, part) = (shape[axis] * inner, range.count * inner)
    for i in 0..<outer {
      (result.pointer + i * part).update(
        from: pointer + i * whole + range.lowerBound * inner, count: part)
    }
    return result.recorded(from: [self]) { gradient in
      let full = Tensor.zeros(self.shape)
      for i in 0..<outer {
        (full.pointer + i * whole + range.lowerBound * inner).update(
          from: gradient.pointer + i * part, count: part)
      }
      return [full]
    }
  }

  /// The tensors `parts` joined along `axis`. Stops if another axis differs, or if there are none.
  public static func concatenated(_ parts: [Tensor], axis: Int) -> Tensor {
    guard let first = parts.first else { fatalError("concatenate: no tensors") }
    let axis = first.position(of: axis)
    for part in parts {
      var aligned = part.shape
      if aligned.count == first.shape.count { aligned[axis] = first.shape[axis] }
      guard aligned == first.shape else {
        fatalError("concatenate: \(first.shape) and \(part.shape) differ beside axis \(axis)")
      }
    }
    var shape = first.shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    let result = Tensor(uninitialized: shape)
    var start = 0
    for part in parts {
      let run = part.shape[axis] * inner
      for i in 0..<outer {
        (result.pointer + i * shape[axis] * inner + start).update(
          from: part.pointer + i * run, count: run)
      }
      start += run
    }
    return result.recorded(from: parts) { gradient in
      var start = 0
      return parts.map { part in
        defer { start += part.shape[axis] }
        return gradient.sliced(axis: axis, start..<start + part.shape[axis])
      }
    }
  }

  /// The rows of all tables `parts`, one table below the other. Rows that are narrower than the
  /// widest end in zeros (padding): tables [Nᵢ, Sᵢ] → [Σ Nᵢ, max Sᵢ].
  public static func stackedRows(_ parts: [Tensor]) -> Tensor {
    guard parts.allSatisfy({ $0.shape.count == 2 }) else {
      fatalError("stacked rows: shapes \(parts.map(\.shape)), not tables [N, S]")
    }
    let widest = parts.map { $0.shape[1] }.max() ?? 0
    let padded = parts.map { part in
      let missing = widest - part.shape[1]
      return missing == 0
        ? part : concatenated([part, .zeros([part.shape[0], missing])], axis: 1)
    }
    return concatenated(padded, axis: 0)
  }
}
