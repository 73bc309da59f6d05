import CKernels

/// The parameter gradients of one shard of a batch, until all shards are summed.
///
/// The shards share the parameters, so they may not write to ``Tensor/gradient`` at the same time.
final class GradientSink {
  private var sums: [ObjectIdentifier: (parameter: Tensor, sum: Tensor)] = [:]
  /// The parameters in the order of their first gradient.
  private(set) var order: [ObjectIdentifier] = []

  /// Where this thread's backward passes put parameter gradients; nil for the parameters
  /// themselves.
  static var current: GradientSink? {
    thread_state().pointee.gradientSink.map { Unmanaged.fromOpaque($0).takeUnretainedValue() }
  }

  /// Runs `body` with this as the thread's sink.
  func collecting(_ body: () -> Void) {
    withThreadState(\.gradientSink, Unmanaged.passUnretained(self).toOpaque(), body)
  }

  func accumulate(_ gradient: Tensor, for parameter: Tensor) {
    let key = ObjectIdentifier(parameter)
    if let entry = sums[key] {
      sums[key] = (parameter, entry.sum + gradient)
    } else {
      sums[key] = (parameter, gradient)
      order.append(key)
    }
  }

  /// Removes a parameter's sum and returns it; nil if there is none (any more).
  func take(_ key: ObjectIdentifier) -> (parameter: Tensor, sum: Tensor)? {
    sums.removeValue(forKey: key)
  }
}
