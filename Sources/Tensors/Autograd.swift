/// One operation of the computation graph: its inputs, and how it passes a gradient back to them.
///
/// Every result of an operation refers to such a node, so a loss knows the whole graph behind it.
/// ``Tensor/backward()`` walks that graph in reverse: this is backpropagation, the reverse mode of
/// automatic differentiation.
final class Node {
  private(set) var inputs: [Tensor]
  /// The chain rule: ∂loss/∂result ↦ ∂loss/∂input for each input, nil where none is needed.
  private var inputGradients: ((_ gradient: Tensor) -> [Tensor?])?
  /// ∂loss/∂result, summed over the uses of the result that the backward pass has visited.
  var gradient: Tensor?

  init(inputs: [Tensor], inputGradients: @escaping (_ gradient: Tensor) -> [Tensor?]) {
    (self.inputs, self.inputGradients) = (inputs, inputGradients)
  }

  /// Passes the gradient on to the inputs, then releases them: the rest of the pass reuses their
  /// memory. So a graph serves for one backward pass.
  func backward() {
    defer { (inputs, inputGradients, gradient) = ([], nil, nil) }
    guard let gradient else { return }
    guard let inputGradients else {
      fatalError("backward: an earlier pass used up the graph behind shape \(gradient.shape)")
    }
    for (input, inputGradient) in zip(inputs, inputGradients(gradient)) {
      if let inputGradient { input.accumulate(inputGradient) }
    }
  }
}

extension Tensor {
  /// Adds ∂loss/∂parameter to the ``gradient`` of every parameter that led to this loss.
  ///
  /// By the chain rule, a value's gradient is the SUM over all its uses:
  /// ∂loss/∂x = Σ ∂loss/∂y · ∂y/∂x over the results y computed from x. In reversed topological
  /// order each result comes after all its uses, so its sum is complete when it is passed on. Stops
  /// the program unless this is a single number that depends on a parameter, or if an earlier pass
  /// has used the graph.
  /// Source: Baydin et al., "Automatic Differentiation in Machine Learning" (2018), §3.2.
  public func backward() { withoutGradient { backward(scale: 1) } }

  /// The gradients of `scale` times this loss.
  func backward(scale: Float) {
    guard count == 1 else { fatalError("backward: shape \(shape) is not a single number") }
    guard let node else {
      fatalError("backward: no recorded operation leads to this number; are all parameters frozen?")
    }
    accumulate(.full(shape, scale))
    for node in node.topologicalOrder().reversed() { node.backward() }
  }

  /// Adds `gradient` to the sum over this tensor's uses: in its node, or in the parameter itself.
  fileprivate func accumulate(_ gradient: Tensor) {
    if let node {
      node.gradient = node.gradient.map { $0 + gradient } ?? gradient
    } else if let sink = GradientSink.current, requiresGradient {
      sink.accumulate(gradient, for: self)
    } else if requiresGradient {
      self.gradient = self.gradient.map { $0 + gradient } ?? gradient
    }
  }

  /// Notes how this fresh result was computed, if any input requires a gradient.
  /// - Parameter inputGradients: the chain rule of this operation; see ``Node``.
  func recorded(
    from inputs: [Tensor], inputGradients: @escaping (_ gradient: Tensor) -> [Tensor?]
  ) -> Tensor {
    guard isGradientEnabled, inputs.contains(where: \.requiresGradient) else { return self }
    node = Node(inputs: inputs, inputGradients: inputGradients)
    return self
  }
}

extension Node {
  /// All nodes that lead to this one, each after its inputs; this one is the last.
  ///
  /// A depth-first search with an explicit stack, because a graph can be deeper than the call
  /// stack.
  fileprivate func topologicalOrder() -> [Node] {
    var order: [Node] = []
    var visited: Set<ObjectIdentifier> = []
    var stack: [(node: Node, inputsAreDone: Bool)] = [(self, false)]
    while let (node, inputsAreDone) = stack.popLast() {
      if inputsAreDone {
        order.append(node)
      } else if visited.insert(ObjectIdentifier(node)).inserted {
        stack.append((node, true))
        stack += node.inputs.compactMap(\.node).map { ($0, false) }
      }
    }
    return order
  }
}
