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

  public private(set) var entries: [Entry] = []
  private var last = DispatchTime.now()

  /// Runs `body` and returns all that it traced, in order.
  public static func recording<Result>(
    _ body: () throws -> Result
  ) rethrows -> (result: Result, entries: [Entry]) {
    let trace = ShapeTrace()
    let state = kernel_thread_state()!
    let before = state.pointee.trace
    state.pointee.trace = Unmanaged.passUnretained(trace).toOpaque()
    defer { state.pointee.trace = before }
    let result = try body()
    return (result, trace.entries)
  }

  fileprivate func note(_ label: String, _ note: String, _ shape: [Int]) {
    let now = DispatchTime.now()
    let milliseconds = Double(now.uptimeNanoseconds - last.uptimeNanoseconds) / 1e6
    entries.append(Entry(label: label, note: note, shape: shape, milliseconds: milliseconds))
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
