import CKernels
import Dispatch

/// A record of named tensors on their way through a model: the shapes that a lesson prints.
///
/// A concept calls `x.traced("patches")` and goes on. The call records something only while
/// ``recording(_:)`` or ``observing(_:_:)`` runs on the same thread, so a printed shape is always
/// the shape of a real tensor. At other times it costs the reading of one thread-local pointer, and
/// the note is not even composed.
public final class ShapeTrace {
  /// One tensor that was traced.
  public struct Entry: Sendable {
    /// The tensor's name, such as "patches".
    public let label: String
    /// What has been done to it, such as "cut into 8×8 squares"; may be empty.
    public let note: String
    /// The lengths of its axes.
    public let shape: [Int]
    /// Time in milliseconds since the previous entry, or since the recording began.
    public let milliseconds: Double
  }

  fileprivate let observer: ((Entry) -> Void)?
  private var previous = DispatchTime.now()
  fileprivate let finiteness: FinitenessCheck?

  private init(_ observer: ((Entry) -> Void)?, _ finiteness: FinitenessCheck? = nil) {
    (self.observer, self.finiteness) = (observer, finiteness)
  }

  /// Runs `body` and records the tensors that it traces on this thread.
  /// - Returns: what `body` returns, and the entries in the order of the calls.
  public static func recording<Result>(
    _ body: () throws -> Result
  ) rethrows -> (result: Result, entries: [Entry]) {
    var entries: [Entry] = []
    let result = try observing({ entries.append($0) }, body)
    return (result, entries)
  }

  /// Runs `body` and calls `observer` for each tensor as soon as it is traced, such as to show the
  /// progress of a long computation.
  /// - Returns: what `body` returns.
  public static func observing<Result>(
    _ observer: (Entry) -> Void, _ body: () throws -> Result
  ) rethrows -> Result {
    try withoutActuallyEscaping(observer) { observer in
      let trace = ShapeTrace(observer)
      return try withThreadState(
        \.shapeTrace, Unmanaged.passUnretained(trace).toOpaque(), body)
    }
  }

  /// Runs `body` and looks for the first tensor that it traces on this thread that holds NaN or infinity.
  /// Who records or observes goes on doing so.
  /// - Returns: what `body` returns, and the name and place of that tensor; nil if there is none.
  public static func firstNonFinite<Result>(
    _ body: () throws -> Result
  ) rethrows -> (result: Result, tensor: String?) {
    let check = FinitenessCheck()
    let outer = thread_state().pointee.shapeTrace.map {
      Unmanaged<ShapeTrace>.fromOpaque($0).takeUnretainedValue()
    }
    let trace = ShapeTrace(outer?.observer, check)
    let result = try withThreadState(
      \.shapeTrace, Unmanaged.passUnretained(trace).toOpaque(), body)
    withExtendedLifetime(trace) {}
    return (result, check.found)
  }

  fileprivate func record(_ label: String, _ note: String, _ shape: [Int]) {
    let now = DispatchTime.now()
    let milliseconds = Double(now.uptimeNanoseconds - previous.uptimeNanoseconds) / 1e6
    observer?(Entry(label: label, note: note, shape: shape, milliseconds: milliseconds))
    previous = DispatchTime.now()
  }
}

extension Tensor {
  /// Records this tensor's shape, if a ``ShapeTrace`` runs on this thread.
  /// - Returns: this tensor, so that the call can stand inside an expression.
  @discardableResult
  public func traced(_ label: String, _ note: @autoclosure () -> String = "") -> Tensor {
    if let trace = thread_state().pointee.shapeTrace {
      let trace = Unmanaged<ShapeTrace>.fromOpaque(trace).takeUnretainedValue()
      trace.finiteness?.look(at: self, label, note)
      if trace.observer != nil { trace.record(label, note(), shape) }
    }
    return self
  }
}
