import Diagnosis
import NanoVLA

/// What a page shows.
struct PlayState: Encodable {
  struct Object: Encodable {
    let name: String
    /// Where the image shows it, as fractions of its side.
    let at: [Float]
  }
  /// What a page chooses the layout by: its name among `names`, suites or tasks, and a seed.
  struct Layout: Encodable {
    /// The simulator; nil on the tabletop.
    let environment: String?
    let kind: String
    let names: [String]
    let name: String
    let seed: UInt64
    /// The task that a simulator judges, in words.
    let judged: String?
  }
  struct Dimension: Encodable {
    let name, unit: String
    let low, high: Float
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
  let layout: Layout
  let instruction: String
  let isJudged: Bool
  let step, horizon: Int
  let outcome: String
  let objects: [Object]
  let tasks: [String]
  let picture: String
  let seen: String?
  let plan: [[Float]]
  let dimensions: [Dimension]
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
      policy: name, policies: room.names,
      faults: world is PlayTabletop ? Fault.ofPolicies.map(\.rawValue) : [],
      fault: settings.fault?.rawValue, layout: world.layout, instruction: world.instruction,
      isJudged: world.isJudged, step: past.count, horizon: world.horizon, outcome: world.outcome,
      objects: world.objects, tasks: world.instructions,
      picture: world.picture.pngData().base64EncodedString(),
      seen: now.observation?.image.pngData().base64EncodedString(), plan: plan,
      dimensions: world.space.dimensions.map {
        .init(
          name: $0.name, unit: $0.unit, low: $0.bounds.lowerBound, high: $0.bounds.upperBound)
      },
      action: past.last?.action?.values, chunk: policy.head.chunk, insight: insight,
      success: .init(SuccessRate(outcomes)), demonstrations: room.demonstrations.count)
  }
}
