import CKernels

/// How a tensor was computed: from which inputs, and how its gradient becomes theirs.
final class Node {
  private(set) var inputs: [Tensor]
  /// From the gradient of the result to the gradient of each input (nil where none flows). Itself
  /// nil once used.
  private(set) var gradients: ((Tensor) -> [Tensor?])?

  init(inputs: [Tensor], gradients: @escaping (Tensor) -> [Tensor?]) {
    self.inputs = inputs
    self.gradients = gradients
  }

  /// Lets go of the inputs, so that their memory serves the rest of the backward pass.
  func drop() { (inputs, gradients) = ([], nil) }
}

extension Tensor {
  /// Notes how this fresh result came about, if a gradient is wanted of any input.
  func recorded(
    from inputs: [Tensor], gradients: @escaping (_ gradient: Tensor) -> [Tensor?]
  ) -> Tensor {
    guard !kernel_thread_state().pointee.gradientsOff else { return self }
    guard inputs.contains(where: \.requiresGradient) else { return self }
    node = Node(inputs: inputs, gradients: gradients)
    return self
  }

  /// Adds to every parameter's ``gradient`` how this number changes with it.
  ///
  /// Reverse-mode differentiation: visit the results from the loss backwards, each after all that
  /// used it; by the chain rule a value's gradient is the SUM over all its uses. The notes are
  /// dropped on the way, so a graph can be walked once; a second walk is an error.
  /// Source: Baydin et al., "Automatic Differentiation in Machine Learning" (2018), section 3.2.
  public func backward() { withoutGradient { backward(scale: 1) } }

  func backward(scale: Float) {
    guard count == 1 else { fatalError("backward: shape \(shape) is not a single number") }
    guard node != nil else { fatalError("backward: nothing recorded leads to this number") }
    var pending = [ObjectIdentifier(self): Tensor.full(shape, scale)]
    for tensor in usersFirst() {
      guard let node = tensor.node else { continue }
      let (inputs, gradients) = (node.inputs, node.gradients)
      node.drop()
      guard let gradient = pending.removeValue(forKey: ObjectIdentifier(tensor)) else { continue }
      guard let gradients else {
        fatalError("backward: an earlier pass used up the graph behind shape \(tensor.shape)")
      }
      for (input, flow) in zip(inputs, gradients(gradient)) {
        guard let flow, input.requiresGradient else { continue }
        if input.isParameter {
          input.collect(flow)
        } else if let earlier = pending[ObjectIdentifier(input)] {
          pending[ObjectIdentifier(input)] = earlier + flow
        } else {
          pending[ObjectIdentifier(input)] = flow
        }
      }
    }
  }

  /// All results that lead to this one, each before its inputs (an explicit stack: graphs are deep).
  private func usersFirst() -> [Tensor] {
    var order: [Tensor] = []
    var seen: Set<ObjectIdentifier> = []
    var stack: [(tensor: Tensor, inputsDone: Bool)] = [(self, false)]
    while let (tensor, inputsDone) = stack.popLast() {
      if inputsDone {
        order.append(tensor)
      } else if seen.insert(ObjectIdentifier(tensor)).inserted {
        stack.append((tensor, true))
        for input in tensor.node?.inputs ?? [] where input.node != nil {
          stack.append((input, false))
        }
      }
    }
    return order.reversed()
  }

  /// Adds `flow` to this parameter's gradient, or to the shard's own sum where a batch is split.
  private func collect(_ flow: Tensor) {
    if let sink = kernel_thread_state().pointee.gradientSink {
      Unmanaged<GradientSink>.fromOpaque(sink).takeUnretainedValue().add(flow, to: self)
    } else {
      gradient = gradient.map { $0 + flow } ?? flow
    }
  }
}

/// The parameter gradients of one shard of a batch, until the shards are summed.
final class GradientSink {
  private var sums: [ObjectIdentifier: (parameter: Tensor, sum: Tensor)] = [:]
  private(set) var order: [ObjectIdentifier] = []

  func add(_ flow: Tensor, to parameter: Tensor) {
    let key = ObjectIdentifier(parameter)
    if let entry = sums[key] {
      sums[key] = (parameter, entry.sum + flow)
    } else {
      sums[key] = (parameter, flow)
      order.append(key)
    }
  }

  /// Hands out the sum for a parameter, once.
  func take(_ key: ObjectIdentifier) -> (parameter: Tensor, sum: Tensor)? {
    sums.removeValue(forKey: key)
  }
}

/// Runs `body` without noting how results came about: faster, and nothing is kept for a backward
/// pass. For prediction and evaluation.
public func withoutGradient<Result>(_ body: () throws -> Result) rethrows -> Result {
  let state = kernel_thread_state()!
  let before = state.pointee.gradientsOff
  state.pointee.gradientsOff = true
  defer { state.pointee.gradientsOff = before }
  return try body()
}
