import NanoVLA

/// A delay, an execution horizon and a chunk that do not go together.
public enum DelayError: Error, Equatable, CustomStringConvertible {
  /// A delay below 0, or longer than any episode here.
  case delay(Int)
  /// An execution horizon outside of 1 … K.
  case horizon(Int, chunk: Int)
  /// The next chunk arrives after the present one has run out, or no horizon is left for its actions.
  case chunkTooShort(Execution, delay: Int, chunk: Int)
  /// The chunks overlap, but not with this execution horizon.
  case horizonForDelay(Int, delay: Int, chunk: Int)

  /// The longest delay that is accepted, in steps.
  public static let longestDelay = 10_000

  public var description: String {
    switch self {
    case .delay(let delay):
      "a delay of \(delay) steps: it must be 0 to \(Self.longestDelay)"
    case .horizon(let horizon, let chunk):
      "an execution horizon of \(horizon) actions: it must be 1 to \(chunk), the actions of a chunk"
    case .chunkTooShort(let execution, let delay, let chunk):
      "\(execution) with a delay of \(delay) steps needs chunks of at least \(2 * delay) actions, "
        + "this policy's have \(chunk): train with a longer chunk, or execute synchronously"
    case .horizonForDelay(let horizon, let delay, let chunk):
      "an execution horizon of \(horizon) actions: with a delay of \(delay) steps and chunks of "
        + "\(chunk) actions it must be \(max(1, delay)) to \(chunk - delay)"
    }
  }

  /// Checks that a policy with chunks of `chunk` actions can be executed so.
  public static func check(
    _ execution: Execution, delay: Int, horizon: Int, chunk: Int
  ) throws(DelayError) {
    guard 0...longestDelay ~= delay else { throw .delay(delay) }
    guard 1...chunk ~= horizon else { throw .horizon(horizon, chunk: chunk) }
    guard execution != .synchronous else { return }
    guard 2 * delay <= chunk else { throw .chunkTooShort(execution, delay: delay, chunk: chunk) }
    guard max(1, delay)...(chunk - delay) ~= horizon else {
      throw .horizonForDelay(horizon, delay: delay, chunk: chunk)
    }
  }
}
