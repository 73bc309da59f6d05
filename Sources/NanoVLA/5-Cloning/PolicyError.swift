import Tensors

/// What a caller of a policy can get wrong.
public enum PolicyError: Error, Equatable, CustomStringConvertible {
  case imageSize(width: Int, height: Int, expected: Int)
  case noProprioception
  case history(expected: Int, found: Int)
  /// Numbers inside the policy were NaN or infinite: the first tensor that held one.
  case notFinite(String)
  /// Reinforcement learning needs a head that gives the probability of what it did.
  case noProbabilities(String)

  public var description: String {
    switch self {
    case .imageSize(let width, let height, let expected):
      "image is \(width)×\(height) pixels, this policy sees \(expected)×\(expected): "
        + "resize it first"
    case .noProprioception:
      "this policy uses proprioception: pass proprioception: [x, y, z, closed]"
    case .history(let expected, let found):
      "this policy remembers \(expected) observations, \(found) were given: collect them in a "
        + "History(length: \(expected)) and pass its window"
    case .notFinite(let tensor):
      "the policy's numbers are not finite, so there is no action; the first layer whose "
        + "output holds NaN or infinity: \(tensor); use weights that are finite"
    case .noProbabilities(let head):
      "a \(head) gives no probabilities to learn from: clone the policy with a token head, "
        + "head: .tokens(bins: 32)"
    }
  }
}

extension Observation {
  /// Refuses an observation without as many finite numbers of proprioception as the backbone reads.
  func checkProprioception(for policy: VLA) throws {
    guard policy.usesProprioception else { return }
    guard let proprioception else { throw PolicyError.noProprioception }
    let count = policy.backbone.proprioceptionCount
    try ActionError.check(proprioception, "proprioception", dimensions: count)
  }
}

extension VLA {
  /// What `body` computes with this policy.
  /// - Throws: ``PolicyError/notFinite(_:)`` if a layer's output on the way was NaN or infinite.
  package func finite<Result>(_ body: () throws -> Result) throws -> Result {
    let (result, tensor) = try ShapeTrace.firstNonFinite(body)
    if let tensor { throw PolicyError.notFinite(tensor) }
    return result
  }
}
