import NanoVLA
import Tensors

extension VLA {
  /// How `count` draws of noise become actions where `environment` is now: for each the number
  /// `dimension` of the chunk's first action, before the first Euler step and after each one.
  ///
  /// The head must be a ``FlowMatchingHead``, and the policy one without a history.
  /// - Throws: an error of an observation or an instruction that the policy cannot read.
  public func flowPaths(
    of dimension: Int, in environment: some Environment, count: Int, seed: UInt64
  ) throws -> [[Float]] {
    guard let head = head as? FlowMatchingHead else {
      fatalError("flow paths: the head is a \(type(of: head)), not a FlowMatchingHead")
    }
    var random = SeededRandom(seed: seed)
    return try withoutGradient {
      let state = try state(
        of: [[environment.observation()]], instructions: [environment.instruction])  // → [1, S]
      let states = state.broadcast(to: [count, state.dim(1)])  // [1, S] → [N, S]
      var x = Tensor.normal([count, head.chunk, head.dimensions], scale: 1, using: &random)
      var paths = (0..<count).map { [x[$0, 0, dimension]] }
      for step in 0..<head.integrationSteps {
        let t = 1 - Float(step) / Float(head.integrationSteps)
        let velocity = head.velocity(x, at: Array(repeating: t, count: count), states)  // [N, K, A]
        x = x - velocity * (1 / Float(head.integrationSteps))
        for n in 0..<count { paths[n].append(x[n, 0, dimension]) }
      }
      return paths
    }
  }
}
