import CKernels

/// Runs `body` with tensors that have a shape but neither memory nor values.
///
/// The same initializer of a model then serves a network of kilobytes and a published checkpoint of
/// 15 GB: `let model = uninitialized { Model(configuration, using: &random) }` costs no memory and
/// no random numbers; afterwards ``Tensor/adopt(_:)`` gives each parameter its tensor of the
/// checkpoint. Reading values before that stops the program.
///
/// It applies to zeros, constants and random draws on this thread. A tensor made from given values
/// keeps them.
/// - Returns: what `body` returns.
public func uninitialized<Result>(_ body: () throws -> Result) rethrows -> Result {
  try withThreadState(\.initializationDisabled, true, body)
}

extension Tensor {
  /// Whether new tensors on this thread get memory and values; see ``uninitialized(_:)``.
  static var isInitializationEnabled: Bool { !thread_state().pointee.initializationDisabled }

  /// A shape without memory; see ``uninitialized(_:)``.
  convenience init(unallocated shape: [Int]) {
    self.init(shape: shape, storage: Storage(count: shape.reduce(1, *), in: nil))
  }
}
