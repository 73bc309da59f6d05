import CKernels

/// Runs `body` with one of this thread's modes set to `value`, and restores the mode afterwards,
/// also when `body` throws.
///
/// The modes are fields of `ThreadState` in `CKernels`: whether gradients are recorded, whether new
/// tensors are initialized, where gradients and traced shapes go.
@inline(__always)
func withThreadState<Value, Result>(
  _ mode: WritableKeyPath<ThreadState, Value>, _ value: Value, _ body: () throws -> Result
) rethrows -> Result {
  let state = thread_state()!
  let before = state.pointee[keyPath: mode]
  state.pointee[keyPath: mode] = value
  defer { state.pointee[keyPath: mode] = before }
  return try body()
}
