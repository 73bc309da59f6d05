import Foundation
import Tensors

/// The ranks that `mpirun` started, through Open MPI.
///
/// The library is opened when a run asks for it, so no build needs MPI. If a rank ends without
/// ``finish()``, by a signal or an error, `mpirun` ends all others. If one neither ends nor answers, a
/// ``Watchdog`` ends those that wait for it.
///
/// - Reference: Gabriel et al., "Open MPI: Goals, Concept, and Design of a Next Generation MPI
///   Implementation" (2004).
public final class OpenMPI: Communicator {
  public let rank, count: Int
  private let library: MPILibrary
  private let watchdog: Watchdog

  /// Joins the other ranks.
  /// - Throws: ``OpenMPIError``
  public init() throws(OpenMPIError) {
    guard Self.isLaunched else { throw .notLaunched }
    library = try MPILibrary()
    let limit = try Watchdog.limit()
    (rank, count) = library.start()
    watchdog = Watchdog(rank: rank, limit: limit)
  }

  /// Checks that all ranks add numbers in the same order.
  /// - Throws: ``RankError`` if one uses another number of threads or another processor kernel.
  public func checkThreads() throws {
    try checkSame("\(Threads.count) threads with \(Processor.kernel)") { first, other in
      "it computes on \(other), rank 0 on \(first), which gives other numbers: use equal machines, "
        + "and set NANOVLA_THREADS for all (mpirun -x NANOVLA_THREADS=1)"
    }
  }

  /// Leaves the other ranks; nothing can be exchanged afterwards.
  public func finish() { watchdog.watching { library.finish() } }

  /// The number of processes that `mpirun` started, as it tells them; nil in any other process.
  public static var launchedCount: Int? { number("OMPI_COMM_WORLD_SIZE") }

  /// The rank that `mpirun` gave this process; nil in any other process.
  public static var launchedRank: Int? { number("OMPI_COMM_WORLD_RANK") }

  private static func number(_ variable: String) -> Int? {
    ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
  }

  /// Whether a launcher started this process: `mpirun`, or a job scheduler that speaks PMIx.
  static var isLaunched: Bool {
    launchedCount != nil || ProcessInfo.processInfo.environment["PMIX_RANK"] != nil
  }

  public func exchange(_ blocks: Tensor) -> Tensor {
    watchdog.watching {
      let result = Tensor.zeros(blocks.shape)  // [R·n]
      library.exchange(blocks.elements, into: result.elements, count: blocks.count / count)
      return result
    }
  }

  public func gather(_ block: Tensor) -> Tensor {
    watchdog.watching {
      let result = Tensor.zeros([count * block.count])  // [R·n]
      library.gather(block.elements, into: result.elements, count: block.count)
      return result
    }
  }

  public func gather(_ bytes: [UInt8]) -> [[UInt8]] {
    watchdog.watching {
      let lengths = library.gather(Int64(bytes.count), ranks: count).map { Int($0) }
      let largest = (1 << 30) / count  // bytes of a rank at a time: MPI's offsets have 32 bits
      var all = lengths.map { _ in [UInt8]() }
      for start in stride(from: 0, to: lengths.max() ?? 0, by: largest) {
        let parts = lengths.map { max(0, min($0 - start, largest)) }
        let mine = Array(bytes.dropFirst(start).prefix(largest))
        let joined = library.gather(mine, lengths: parts)
        var offset = 0
        for (rank, length) in parts.enumerated() {
          all[rank] += joined[offset..<offset + length]
          offset += length
        }
      }
      return all
    }
  }
}

/// Why the ranks of Open MPI cannot be joined.
public enum OpenMPIError: Error, Equatable, CustomStringConvertible {
  /// No launcher started this process.
  case notLaunched
  /// The library cannot be opened; the loader's reason.
  case noLibrary(String)
  /// A library without a symbol of Open MPI's.
  case otherMPI(symbol: String)
  /// The limit of the ``Watchdog`` is no number of seconds.
  case badLimit(String)

  public var description: String {
    switch self {
    case .notLaunched:
      "no other ranks: start the program with mpirun, such as mpirun -n 2 nanovla train "
        + "--distributed …"
    case .noLibrary(let reason):
      "Open MPI cannot be opened (\(reason)): install it (apt install openmpi-bin) and run with its "
        + "mpirun"
    case .otherMPI(let symbol):
      "the MPI library has no \(symbol), so it is not Open MPI 4 or 5: install Open MPI and run with "
        + "its mpirun"
    case .badLimit(let text):
      "\(Watchdog.variable) is \"\(text)\", but must be 1 to 1000000 seconds"
    }
  }
}
