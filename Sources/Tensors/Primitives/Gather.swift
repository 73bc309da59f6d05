/// Embedding lookup: rows of a table by their indices.
extension Tensor {
  /// The rows `indices` of this table (a gather): [V, D] → [N, D], or [V, …] → [N, …].
  ///
  /// The backward is a scatter: each row's gradient is added to its row of the table. Stops if an
  /// index is outside 0 ..< V.
  public func rows(at indices: [Int]) -> Tensor {
    guard shape.count >= 2 else { fatalError("rows: shape \(shape) is not a table [V, D]") }
    let (rows, width) = (shape[0], shape[1...].reduce(1, *))
    guard let outside = indices.first(where: { !(0..<rows ~= $0) }) else {
      let result = Tensor(uninitialized: [indices.count] + shape[1...])
      for (i, index) in indices.enumerated() {
        if let packed = storage.packed {
          packed.unpack(index * width..<(index + 1) * width, into: result.pointer + i * width)
        } else {
          (result.pointer + i * width).update(from: pointer + index * width, count: width)
        }
      }
      return result.recorded(from: [self]) { g in
        let table = Tensor.zeros(self.shape)
        for (i, index) in indices.enumerated() {
          let (from, to) = (g.pointer + i * width, table.pointer + index * width)
          for c in 0..<width { to[c] += from[c] }
        }
        return [table]
      }
    }
    fatalError("rows: no row \(outside) in a table of shape \(shape)")
  }
}
