import Diagnosis
import NanoVLA

/// What a page shows.
struct PlayState: Encodable {
  struct Object: Encodable {
    let name: String
    /// Where the image shows it, as fractions of its side.
    let at: [Float]
  }
  struct Success: Encodable {
    let successes, episodes: Int
    let low, high: Double

    init(_ rate: SuccessRate) {
      (successes, episodes) = (rate.successes, rate.episodes)
      (low, high) = (rate.interval.lowerBound, rate.interval.upperBound)
    }
  }
  let policy: String
  let policies: [String]
  /// The faults that the policy may be given, and the one that it has.
  let faults: [String]
  let fault: String?
  let suite: String
  let seed: UInt64
  let instruction: String
  let isJudged: Bool
  let step, horizon: Int
  let outcome: String
  let objects: [Object]
  let tasks: [String]
  let picture: String
  let seen: String?
  let plan: [[Float]]
  let action: [Float]?
  let chunk: Int
  let insight: PolicyInsight?
  let success: Success
  let demonstrations: Int
}

extension PlaySession {
  /// How things stand, for the page.
  var state: PlayState {
    let world = now.world
    return PlayState(
      policy: name, policies: room.names, faults: Fault.ofPolicies.map(\.rawValue),
      fault: settings.fault?.rawValue, suite: world.suite.rawValue, seed: world.seed,
      instruction: world.instruction, isJudged: world.isJudged, step: past.count,
      horizon: world.world.horizon, outcome: world.world.outcome.rawValue,
      objects: world.scene.objects.map {
        .init(
          name: "\($0.color.rawValue) \($0.shape.rawValue)",
          at: world.imagePoint(x: $0.x, y: $0.y, z: $0.z))
      },
      tasks: PlayWorld.tasks(in: world.scene).map(\.instruction),
      picture: world.picture.pngData().base64EncodedString(),
      seen: now.observation?.image.pngData().base64EncodedString(), plan: plan,
      action: past.last?.action?.values, chunk: policy.head.chunk, insight: insight,
      success: .init(SuccessRate(outcomes)), demonstrations: room.demonstrations.count)
  }
}
