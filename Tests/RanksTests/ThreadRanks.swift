import Foundation
import Ranks
import Tensors

/// Ranks that are threads of one process, which exchange through shared memory.
final class ThreadRanks: Communicator {
  let rank: Int
  var count: Int { room.count }
  private let room: Room

  private init(_ rank: Int, _ room: Room) { (self.rank, self.room) = (rank, room) }

  /// Runs `body` on `count` ranks, each with one thread, and returns their results in order.
  static func run<Value>(
    _ count: Int, _ body: @escaping (any Communicator) throws -> Value
  ) throws -> [Value] {
    let room = Room(count)
    nonisolated(unsafe) var results: [Result<Value, any Error>?] = Array(
      repeating: nil, count: count)
    nonisolated(unsafe) let body = body
    let lock = NSLock()
    let done = DispatchGroup()
    for rank in 0..<count {
      done.enter()
      let thread = Thread {
        let result = withThreads(1) { Result { try body(ThreadRanks(rank, room)) } }
        lock.lock()
        results[rank] = result
        lock.unlock()
        done.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    done.wait()
    return try results.map { try $0!.get() }
  }

  func exchange(_ blocks: Tensor) -> Tensor {
    let n = blocks.count / count
    let all = room.meet(rank, blocks.values)
    return Tensor(all.flatMap { $0[rank * n..<(rank + 1) * n] }, shape: blocks.shape)
  }

  func gather(_ block: Tensor) -> Tensor {
    Tensor(room.meet(rank, block.values).flatMap { $0 }, shape: [count * block.count])
  }

  func gather(_ bytes: [UInt8]) -> [[UInt8]] { room.meet(rank, bytes) }
}

/// Where ranks meet: each leaves a value, and all get all values when the last one has come.
private final class Room: @unchecked Sendable {
  let count: Int
  private let condition = NSCondition()
  private var values: [Any?]
  private var present = 0
  private var meeting = 0
  private var last: [Any] = []

  init(_ count: Int) { (self.count, values) = (count, Array(repeating: nil, count: count)) }

  func meet<Value>(_ rank: Int, _ value: Value) -> [Value] {
    condition.lock()
    defer { condition.unlock() }
    values[rank] = value
    present += 1
    if present == count {
      last = values.map { $0! }
      present = 0
      meeting += 1
      condition.broadcast()
    } else {
      let mine = meeting
      while meeting == mine { condition.wait() }
    }
    // The next meeting cannot end before this rank joins it, so `last` is still that of this one.
    return last.map { $0 as! Value }
  }
}
