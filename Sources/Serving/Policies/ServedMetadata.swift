import Files
import NanoVLA

/// What `/metadata` says of a policy.
struct ServedMetadata: Encodable {
  struct Dimension: Encodable {
    let name, unit: String
    let low, high: Float
  }
  let name: String
  /// A, with their units and bounds.
  let action: [Dimension]
  let gripperConvention: String
  /// K, H, and how many actions of a chunk vla-eval's clients get before a new one.
  let chunk, history, executionHorizon: Int
  let ensembles: Bool
  /// How many numbers the state has that a request needs; 0 if it needs none.
  let proprioception: Int
  /// Values that a request's `unnorm_key` may have.
  let unnormKeys: [String]
  let protocols = ["openvla", "openvla-oft", "openpi", "vla-eval/1"]

  init(_ served: ServedPolicy) {
    name = served.name
    let policy = served.policy
    action = policy.space.dimensions.map {
      Dimension(
        name: $0.name, unit: $0.unit, low: $0.bounds.lowerBound, high: $0.bounds.upperBound)
    }
    gripperConvention = policy.space.gripperConvention.rawValue
    (chunk, history) = (policy.head.chunk, policy.history)
    (executionHorizon, ensembles) = (served.executionHorizon, served.ensembles)
    proprioception = policy.usesProprioception ? policy.backbone.proprioceptionCount : 0
    unnormKeys = served.statistics.keys.sorted()
  }

  /// One JSON object.
  /// - Throws: never for these values.
  var json: String { get throws { try JSONWriter.text(self) } }
}
