import Tensors

/// Processes that share one training: ranks 0 to count − 1, on one machine or on many.
///
/// Every rank runs the same program with a copy of the weights of its own. It computes the gradient
/// of its share of each batch; the gradients are summed, and every rank takes the same optimizer
/// step. So the weights stay the same everywhere without ever being sent.
///
/// Ranks meet only in the collective operations below, which all of them must call in the same order.
/// A collective only moves numbers. What is added is added by ``sum(_:)`` in the order of the ranks, so
/// that no result depends on the network or on which rank is early.
///
/// - Letters: R ranks, n numbers.
/// - Reference: Message Passing Interface Forum, "MPI 3.1" (2015), chapter 5.
public protocol Communicator: AnyObject {
  /// This process, 0 ..< ``count``. Rank 0 alone writes files and prints.
  var rank: Int { get }
  /// R, the number of processes.
  var count: Int { get }

  /// All-to-all: sends the block r of R equal ones to rank r, and gets one of every rank, in their
  /// order: [R·n] → [R·n].
  func exchange(_ blocks: Tensor) -> Tensor

  /// All-gather: the equal blocks of all ranks in their order, [n] → [R·n].
  func gather(_ block: Tensor) -> Tensor

  /// All-gather of blocks that may differ in length: R blocks, in the order of the ranks.
  func gather(_ bytes: [UInt8]) -> [[UInt8]]
}

extension Communicator {
  /// Whether this rank writes the run's files.
  public var isFirst: Bool { rank == 0 }

  /// This rank's share of 0 ..< `total`: parts whose lengths differ by at most 1, in rank order.
  public func share(of total: Int) -> Range<Int> {
    rank * total / count..<(rank + 1) * total / count
  }

  /// The integers of each rank, of which each may have another number; in the order of the ranks.
  func gatherNumbers(_ numbers: [Int]) -> [[Int]] {
    gather(numbers.withUnsafeBytes { Array($0) }).map { bytes in
      bytes.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: MemoryLayout<Int>.size).map {
          bytes.loadUnaligned(fromByteOffset: $0, as: Int.self)
        }
      }
    }
  }
}

/// A single process, which shares its work with no other.
public final class OneRank: Communicator {
  public let (rank, count) = (0, 1)

  /// A communicator of one rank; each operation returns what it is given.
  public init() {}

  public func exchange(_ blocks: Tensor) -> Tensor { blocks }
  public func gather(_ block: Tensor) -> Tensor { block }
  public func gather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }
}
