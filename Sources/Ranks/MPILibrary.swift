import Foundation

/// The functions of Open MPI's C library that are used, found in it at run time.
///
/// The macros of `mpi.h`, such as `MPI_COMM_WORLD`, are addresses of the library's own variables. By
/// default an error of MPI ends all ranks, so no status is returned.
struct MPILibrary {
  private typealias Handle = UnsafeMutableRawPointer
  private typealias Collective =
    @convention(c) (
      UnsafeRawPointer?, Int32, Handle, UnsafeMutableRawPointer?, Int32, Handle, Handle
    ) -> Int32
  private typealias CollectiveOfLengths =
    @convention(c) (
      UnsafeRawPointer?, Int32, Handle, UnsafeMutableRawPointer?, UnsafePointer<Int32>,
      UnsafePointer<Int32>, Handle, Handle
    ) -> Int32
  private typealias Start =
    @convention(c) (
      UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?, Int32, UnsafeMutablePointer<Int32>
    ) -> Int32
  private typealias Number = @convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Int32
  private typealias Finish = @convention(c) () -> Int32

  private let world, float, byte: Handle
  private let initThread: Start
  private let rank, size: Number
  private let allToAll, allGather: Collective
  private let allGatherOfLengths: CollectiveOfLengths
  private let finalize: Finish

  /// Opens the library.
  /// - Throws: ``OpenMPIError``
  init() throws(OpenMPIError) {
    #if os(macOS)
      let names = ["libmpi.40.dylib", "libmpi.dylib", "/opt/homebrew/lib/libmpi.dylib"]
    #else
      let names = ["libmpi.so.40", "libmpi.so"]
    #endif
    // Global, since the library opens modules of its own that look for its symbols.
    guard let file = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_GLOBAL) }).first else {
      throw .noLibrary(dlerror().map { String(cString: $0) } ?? "not found")
    }
    func symbol(_ name: String) throws(OpenMPIError) -> Handle {
      guard let address = dlsym(file, name) else { throw .otherMPI(symbol: name) }
      return address
    }
    world = try symbol("ompi_mpi_comm_world")
    float = try symbol("ompi_mpi_float")
    byte = try symbol("ompi_mpi_byte")
    initThread = unsafeBitCast(try symbol("MPI_Init_thread"), to: Start.self)
    rank = unsafeBitCast(try symbol("MPI_Comm_rank"), to: Number.self)
    size = unsafeBitCast(try symbol("MPI_Comm_size"), to: Number.self)
    allToAll = unsafeBitCast(try symbol("MPI_Alltoall"), to: Collective.self)
    allGather = unsafeBitCast(try symbol("MPI_Allgather"), to: Collective.self)
    allGatherOfLengths = unsafeBitCast(
      try symbol("MPI_Allgatherv"), to: CollectiveOfLengths.self)
    finalize = unsafeBitCast(try symbol("MPI_Finalize"), to: Finish.self)
  }

  /// Joins the other ranks.
  func start() -> (rank: Int, count: Int) {
    let funneled: Int32 = 1  // MPI_THREAD_FUNNELED: other threads make no calls
    var (provided, number, total) = (Int32(0), Int32(0), Int32(0))
    _ = initThread(nil, nil, funneled, &provided)
    _ = rank(world, &number)
    _ = size(world, &total)
    return (Int(number), Int(total))
  }

  func finish() { _ = finalize() }

  /// `MPI_Alltoall` of `count` numbers for each rank.
  func exchange(
    _ blocks: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, count: Int
  ) {
    _ = allToAll(blocks, Int32(count), float, result, Int32(count), float, world)
  }

  /// `MPI_Allgather` of `count` numbers of each rank.
  func gather(
    _ block: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, count: Int
  ) {
    _ = allGather(block, Int32(count), float, result, Int32(count), float, world)
  }

  /// `MPI_Allgather` of one number of each rank.
  func gather(_ number: Int64, ranks: Int) -> [Int64] {
    var numbers = [Int64](repeating: 0, count: ranks)
    let bytes = Int32(MemoryLayout<Int64>.size)
    _ = allGather([number], bytes, byte, &numbers, bytes, byte, world)
    return numbers
  }

  /// `MPI_Allgatherv`: `lengths` are the bytes of each rank.
  func gather(_ bytes: [UInt8], lengths: [Int]) -> [UInt8] {
    var (offsets, total) = ([Int32](), 0)
    for length in lengths {
      offsets.append(Int32(total))
      total += length
    }
    var all = [UInt8](repeating: 0, count: total)
    _ = allGatherOfLengths(
      bytes, Int32(bytes.count), byte, &all, lengths.map(Int32.init), offsets, byte, world)
    return all
  }
}
