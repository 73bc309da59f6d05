import CKernels
import Foundation

/// A record of named tensors on their way through a model: what a lesson prints as its shapes.
///
/// Concept code calls `x.traced("patches")` and goes on; only while ``recording(_:)`` runs on the
/// same thread is anything kept, so a printed shape is always the shape of a real tensor.
public final class ShapeTrace {
  public struct Entry: Sendable {
    public let label: String
    public let note: String
    public let shape: [Int]
    /// Since the entry before, or since recording began.
    public let milliseconds: Double
  }

  private let each: (Entry) -> Void
  private var last = DispatchTime.now()

  private init(_ each: @escaping (Entry) -> Void) { self.each = each }

  /// Runs `body` and returns all that it traced, in order.
  public static func recording<Result>(
    _ body: () throws -> Result
  ) rethrows -> (result: Result, entries: [Entry]) {
    var entries: [Entry] = []
    let result = try following({ entries.append($0) }, body)
    return (result, entries)
  }

  /// Runs `body`, and calls `each` with all that it traces, when it does: how far a long answer is.
  public static func following<Result>(
    _ each: (Entry) -> Void, _ body: () throws -> Result
  ) rethrows -> Result {
    try withoutActuallyEscaping(each) { each in
      let trace = ShapeTrace(each)
      let state = kernel_thread_state()!
      let before = state.pointee.trace
      state.pointee.trace = Unmanaged.passUnretained(trace).toOpaque()
      defer { state.pointee.trace = before }
      return try body()
    }
  }

  fileprivate func note(_ label: String, _ note: String, _ shape: [Int]) {
    let now = DispatchTime.now()
    let milliseconds = Double(now.uptimeNanoseconds - last.uptimeNanoseconds) / 1e6
    each(Entry(label: label, note: note, shape: shape, milliseconds: milliseconds))
    last = DispatchTime.now()
  }
}

extension Tensor {
  /// Returns this tensor, and notes its shape if a trace is being recorded on this thread.
  @discardableResult
  public func traced(_ label: String, _ note: @autoclosure () -> String = "") -> Tensor {
    if let trace = kernel_thread_state().pointee.trace {
      Unmanaged<ShapeTrace>.fromOpaque(trace).takeUnretainedValue().note(label, note(), shape)
    }
    return self
  }
}
