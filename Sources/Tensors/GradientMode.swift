import CKernels

/// Runs `body` without recording how results are computed.
///
/// For prediction and evaluation: faster, and intermediate results are freed at once, because no
/// graph for a backward pass refers to them. Holds on this thread, and for the shards that
/// ``inShards(of:_:)`` starts from it.
/// - Returns: what `body` returns.
public func withoutGradient<Result>(_ body: () throws -> Result) rethrows -> Result {
  try withThreadState(\.gradientsDisabled, true, body)
}

/// Runs `body` and records how results are computed, inside of a ``withoutGradient(_:)`` too.
///
/// For a prediction that needs a derivative by one of its inputs.
/// - Returns: what `body` returns.
public func withGradient<Result>(_ body: () throws -> Result) rethrows -> Result {
  try withThreadState(\.gradientsDisabled, false, body)
}

/// Whether operations on this thread record how their results are computed.
var isGradientEnabled: Bool { !thread_state().pointee.gradientsDisabled }
