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

  public init(_ demonstrations: [Demonstration]) {
    episodes = demonstrations.count
    findings =
      Self.all(demonstrations)
      + demonstrations.enumerated().flatMap { Self.checks($0.offset, $0.element) }
  }

  /// The findings that concern all episodes, or one in twenty.
  public var severe: [DataFinding] {
    findings.filter { finding in
      if finding.episode == nil || finding.kind == .instruction { return true }
      let others = Set(findings.filter { $0.kind == finding.kind }.compactMap(\.episode))
      return others.count * 20 >= episodes && finding.kind != .overlap
    }
  }

  // MARK: - One episode

  /// Damage inside episode `index`.
  private static func checks(_ index: Int, _ episode: Demonstration) -> [DataFinding] {
    func finding(_ kind: DataFinding.Kind, step: Int? = nil, _ text: String) -> DataFinding {
      let place = "episode \(index)" + (step.map { ", step \($0)" } ?? "")
      return DataFinding(kind: kind, place: place, text: text, episode: index)
    }
    var found: [DataFinding] = []
    let (actions, states, space) = (episode.actions, episode.proprioception, ActionSpace.tabletop)
    if actions.count == 1 { found.append(finding(.short, "a closed loop needs two or more")) }
    if let step = startOfRun(actions, atLeast: 6) {
      found.append(finding(.frozen, step: step, "the same action for 6 steps or more"))
    }
    let still = states.indices.dropLast().filter { t in
      (0..<3).contains { abs(actions[t][$0]) > 0.02 } && states[t][..<3] == states[t + 1][..<3]
    }
    if still.count >= 3 {
      let text = "proprioception stands still while the robot moves, in \(still.count) steps"
      found.append(finding(.frozenState, step: still[0], text))
    }
    for (t, action) in actions.enumerated() {
      let bounds = space.dimensions.map(\.bounds)
      if let d = action.indices.first(where: {
        abs(action[$0]) > 1.25 * max(abs(bounds[$0].lowerBound), bounds[$0].upperBound)
      }) {
        let name = space.dimensions[d].name
        let text = "\(name) is \(action[d]), the robot accepts ±\(bounds[d].upperBound)"
        found.append(finding(.range, step: t, text))
        break
      }
    }
    if let t = actions.firstIndex(where: { abs(abs($0[6]) - 1) > 0.01 }) {
      let text = "the gripper is \(actions[t][6]), this action space has −1 open and +1 closed"
      found.append(finding(.gripper, step: t, text))
    }
    if let t = states.firstIndex(where: { $0[..<3].contains { !(-0.3...1.5 ~= $0) } }) {
      found.append(finding(.range, step: t, "proprioception \(states[t]) is off the table"))
    }
    if let t = states.indices.dropLast().first(where: { t in
      (0..<3).contains { abs(states[t + 1][$0] - states[t][$0]) > 0.6 }
    }) {
      found.append(finding(.jump, step: t, "the gripper moves by more than 0.6 in one step"))
    }
    found += pictures(episode).map { finding($0, $1) }
    found += words(episode).map { finding($0, $1) }
    if Suite.firstHeldOutSeed..<Suite.firstPretrainingSeed ~= episode.seed {
      found.append(finding(.overlap, "seed \(episode.seed) is a layout for evaluation"))
    }
    return found
  }

  private static func pictures(_ episode: Demonstration) -> [(DataFinding.Kind, String)] {
    if let t = episode.frames.firstIndex(where: \.isFlat) {
      return [(.blank, "the image at step \(t) has one color")]
    }
    if episode.frames.count > 2, episode.frames.dropFirst().allSatisfy({ $0 == episode.frames[0] })
    {
      return [(.sameImage, "all \(episode.frames.count) images are the same")]
    }
    return []
  }

  private static func words(_ episode: Demonstration) -> [(DataFinding.Kind, String)] {
    let words = episode.instruction.lowercased().split(whereSeparator: { !$0.isLetter })
    if words.isEmpty { return [(.instruction, "no instruction")] }
    if let stray = words.first(where: { !TabletopTask.words.contains(String($0)) }) {
      return [(.instruction, "the word “\(stray.prefix(30))” is in no task")]
    }
    let grips = words.first != "push" && episode.actions.count > 1
    let commands = Set(episode.actions.map { $0[6] > 0 })
    return grips && commands.count == 1
      ? [(.gripper, "the gripper command never changes")] : []
  }

  /// Where the first run of `count` equal rows begins; nil if there is none.
  private static func startOfRun(_ rows: [[Float]], atLeast count: Int) -> Int? {
    var start = 0
    for (t, row) in rows.enumerated() {
      if row != rows[start] { start = t }
      if t - start + 1 >= count { return start }
    }
    return nil
  }
}
