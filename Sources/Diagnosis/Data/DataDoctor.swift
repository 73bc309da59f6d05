import NanoVLA
import Tabletop

/// One thing that is wrong in a dataset, and where.
public struct DataFinding: Encodable, Sendable, Equatable {
  public enum Kind: String, Encodable, Sendable, CaseIterable {
    case frozen = "frozen actions", frozenState = "frozen state", jump, range = "wrong range"
    case noSpread = "zero spread", duplicate, short = "episode of one step"
    case instruction = "instruction", blank = "blank image", sameImage = "identical images"
    case gripper, overlap = "held-out layout", motion = "actions against motion"
  }
  public let kind: Kind
  /// "episode 3, step 7", counted from 0, or "all episodes".
  public let place: String
  public let text: String
  /// The episode; nil if it concerns all of them.
  let episode: Int?
}

/// Looks for damage in demonstrations: what no training can repair and no loss shows.
///
/// - Reference: Mandlekar et al., "What Matters in Learning from Offline Human Demonstrations"
///   (2021), §4, on the quality of demonstrations.
public struct DataDoctor {
  public let findings: [DataFinding]
  private let episodes: Int

  /// Looks at demonstrations of the toy world.
  public init(_ demonstrations: [Demonstration]) {
    let episodes = demonstrations.map { RecordedEpisode($0) }
    self.init(episodes, .tabletop, motion: Motion(demonstrations))
  }

  /// Looks at episodes of a robot.
  ///
  /// - Parameter areTargets: the actions say where to go, not how far.
  public init(
    _ episodes: [RecordedEpisode], of space: ActionSpace, stateNames: [String], areTargets: Bool
  ) {
    let rules = DataRules(space, stateNames: stateNames, areTargets: areTargets, episodes)
    self.init(episodes, rules, motion: nil)
  }

  private init(_ recorded: [RecordedEpisode], _ rules: DataRules, motion: Motion?) {
    episodes = recorded.count
    findings =
      Self.all(recorded, rules, motion)
      + recorded.enumerated().flatMap { Self.checks($0.offset, $0.element, rules) }
  }

  /// The findings that concern all episodes, or one in twenty.
  public var severe: [DataFinding] {
    findings.filter { finding in
      if finding.episode == nil || finding.kind == .instruction { return true }
      let others = Set(findings.filter { $0.kind == finding.kind }.compactMap(\.episode))
      return others.count * 20 >= episodes && finding.kind != .overlap
    }
  }
}
