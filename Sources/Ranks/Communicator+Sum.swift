import Tensors

/// The sum over all ranks, in rank order.
///
/// Float addition is not associative: (a + b) + c and a + (b + c) differ in the last bit. MPI's own
/// sum may choose another order for another number of bytes, another network or another version. So
/// MPI only moves the numbers here. Each rank adds up one block of them for all ranks, and the sums
/// are gathered:
///
///     exchange    rank r gets the block r of every rank
///     add         ((block of rank 0 + block of rank 1) + block of rank 2) + …
///     gather      every rank gets the R sums
///
/// A rank sends and receives 2 (R − 1)/R · n numbers, as few as in the usual ring.
///
/// - Letters: R ranks, n numbers, b in a block, b · R ≥ n.
/// - Reference: Thakur, Rabenseifner and Gropp, "Optimization of Collective Communication Operations
///   in MPICH" (2005), §4.5, reduce-scatter and all-gather.
extension Communicator {
  /// The sum over all ranks of each of n numbers, [n] → [n]: the same bits on every rank, in every
  /// run.
  public func sum(_ values: Tensor) -> Tensor {
    guard values.shape.count == 1 else { fatalError("sum over ranks: shape \(values.shape)") }
    let (n, largest) = (values.count, 1 << 26)  // MPI counts with 32 bits
    guard count > 1, n > 0 else { return values }
    return withoutGradient {
      guard n > largest else { return summed(values) }
      return .concatenated(
        stride(from: 0, to: n, by: largest).map { start in
          summed(values.sliced(axis: 0, start..<min(n, start + largest)))
        }, axis: 0)
    }
  }

  /// The same for a few numbers.
  public func sum(_ values: [Float]) -> [Float] {
    sum(Tensor(values, shape: [values.count])).values
  }

  private func summed(_ values: Tensor) -> Tensor {
    let n = values.count
    let block = (n + count - 1) / count  // b
    let padding = block * count - n
    let blocks = padding == 0 ? values : .concatenated([values, .zeros([padding])], axis: 0)
    let columns = exchange(blocks)  // [R·b] → [R·b], the block `rank` of every rank
    func column(_ rank: Int) -> Tensor {
      columns.sliced(axis: 0, rank * block..<(rank + 1) * block)  // [R·b] → [b]
    }
    let total = (1..<count).reduce(column(0)) { $0 + column($1) }  // in rank order
    let all = gather(total)  // [b] → [R·b]
    return padding == 0 ? all : all.sliced(axis: 0, 0..<n)  // [R·b] → [n]
  }
}
