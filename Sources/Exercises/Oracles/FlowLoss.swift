import Tensors

/// Exercise 7: the loss of flow matching, against a loop over all numbers. The velocity network is
/// v(x, t) = w·x + u·t with two parameters, so its gradient has a closed form.
///
/// - Letters: N samples, K steps in a chunk, A action dimensions.
public enum FlowLoss: Oracle {
  public typealias Function = (
    _ actions: Tensor, _ noise: Tensor, _ times: [Float],
    _ velocity: (_ mixed: Tensor, _ times: [Float]) -> Tensor
  ) -> Tensor

  public enum Mistake: String, CaseIterable {
    case timeReversed =
      "the mixture runs the other way: t = 1 must be pure noise and t = 0 the action"
    case targetReversed =
      "the target has the wrong sign: with noise at t = 1 the velocity is noise − action"
    case targetIsAction = "the target is the action: that is regression, not a velocity"
    case targetIsNoise = "the target is the noise, as in diffusion: here it is the velocity"
    case targetFromMixture =
      "the target starts at the mixture: it is noise − action, the same at all t"
    case squaredTime = "noise and action are mixed with t² or √t: the path is a straight line in t"
    case noMixture = "the network sees the action itself: mix in the noise"
    case summed = "the loss is the sum over all numbers, not the mean"
    case dividedBySamples = "divided by N: the mean is over all N·K·A numbers"
    case absolute = "the mean of the absolute error: flow matching squares it"
    case halved = "the loss is half the mean squared error"
    case notInGraph = "the loss has no gradient: computed from .values, it cannot train the network"
  }

  public struct Case: CustomStringConvertible {
    let (N, K, A): (Int, Int, Int)
    let actions, noise, times: [Float]
    let (w, u): (Float, Float)
    public var description: String { "actions and noise [\(N), \(K), \(A)], times [\(N)]" }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    [(3, 2, 4), (2, 5, 7), (1, 1, 1), (4, 1, 2), (1, 8, 3), (3, 3, 1), (4, 4, 4)].map { N, K, A in
      var times = (0..<N).map { _ in random.uniform(in: 0.05...0.95) }
      if N == 4 { (times[0], times[1]) = (0, 1) }  // the action itself, and pure noise
      return Case(
        N: N, K: K, A: A, actions: random.normals(N * K * A), noise: random.normals(N * K * A),
        times: times, w: random.uniform(in: 0.3...0.8), u: random.uniform(in: 0.5...2))
    }
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    let shape = [c.N, c.K, c.A]
    let parameters = Tensor([c.w, c.u], shape: [2]).asParameter()
    var seen: [Answer] = []
    let loss = function(Tensor(c.actions, shape: shape), Tensor(c.noise, shape: shape), c.times) {
      mixed, times in
      seen = [Answer("the mixture given to the network", mixed), Answer("its times", times)]
      let (w, u) = (parameters.sliced(axis: 0, 0..<1), parameters.sliced(axis: 0, 1..<2))
      guard mixed.shape == shape, times.count == c.N else { return Tensor.zeros(shape) }
      return w * mixed + u * Tensor(times, shape: [c.N, 1, 1])  // [1] · [N, K, A] → [N, K, A]
    }
    if seen.isEmpty {  // the network was never called
      seen = [Answer("the mixture given to the network", []), Answer("its times", [])]
    }
    return seen + [Answer("the loss", loss)]
      + gradient(of: loss, at: parameters, "the gradient of the network's parameters")
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    let (actions, noise) = (doubles(c.actions), doubles(c.noise))
    let size = c.K * c.A
    func mix(_ i: Int) -> Double {
      var t = Double(c.times[i / size])
      if mistakes.contains(.squaredTime) { t *= t }
      if mistakes.contains(.timeReversed) { t = 1 - t }
      if mistakes.contains(.noMixture) { t = 0 }
      return t * noise[i] + (1 - t) * actions[i]
    }
    func target(_ i: Int) -> Double {
      if mistakes.contains(.targetIsAction) { return actions[i] }
      if mistakes.contains(.targetIsNoise) { return noise[i] }
      if mistakes.contains(.targetFromMixture) { return noise[i] - mix(i) }
      return mistakes.contains(.targetReversed) ? actions[i] - noise[i] : noise[i] - actions[i]
    }
    func loss(_ p: [Double]) -> Double {
      let sum = actions.indices.reduce(0.0) { sum, i in
        let error = p[0] * mix(i) + p[1] * Double(c.times[i / size]) - target(i)
        return sum + (mistakes.contains(.absolute) ? abs(error) : error * error)
      }
      if mistakes.contains(.summed) { return sum }
      if mistakes.contains(.dividedBySamples) { return sum / Double(c.N) }
      return sum / Double(actions.count) * (mistakes.contains(.halved) ? 0.5 : 1)
    }
    let parameters = [Double(c.w), Double(c.u)]
    let slope =
      mistakes.contains(.notInGraph) ? [0, 0] : finiteDifferences(at: parameters, loss)
    return [
      Answer("the mixture given to the network", actions.indices.map(mix), shape: [c.N, c.K, c.A]),
      Answer("its times", c.times), Answer("the loss", [loss(parameters)], shape: []),
      Answer("the gradient of the network's parameters", slope, shape: [2]),
    ]
  }
}
