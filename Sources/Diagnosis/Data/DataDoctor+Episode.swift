import NanoVLA
import Tabletop

/// Damage inside one episode.
extension DataDoctor {
  static func checks(
    _ index: Int, _ episode: RecordedEpisode, _ rules: DataRules
  ) -> [DataFinding] {
    func finding(_ kind: DataFinding.Kind, step: Int? = nil, _ text: String) -> DataFinding {
      let place = "episode \(index)" + (step.map { ", step \($0)" } ?? "")
      return DataFinding(kind: kind, place: place, text: text, episode: index)
    }
    var found: [DataFinding] = []
    let (actions, states, space) = (episode.actions, episode.state, rules.space)
    if actions.count == 1 { found.append(finding(.short, "a closed loop needs two or more")) }
    if let step = startOfRun(actions, rules) {
      let text = "the same action for \(rules.frozenSteps) steps or more"
      found.append(finding(.frozen, step: step, text))
    }
    let still = states.indices.dropLast().filter { t in
      !rules.movingState.isEmpty
        && actions[t].indices.contains { abs(actions[t][$0]) > rules.motion[$0] }
        && rules.movingState.allSatisfy { states[t][$0] == states[t + 1][$0] }
    }
    if still.count >= rules.stillSteps {
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
    if let (t, text) = badGripper(actions, rules) { found.append(finding(.gripper, step: t, text)) }
    if let workspace = rules.workspace,
      let t = states.firstIndex(where: { row in
        rules.movingState.contains { !(workspace ~= row[$0]) }
      })
    {
      found.append(finding(.range, step: t, "proprioception \(states[t]) is off the table"))
    }
    if let (t, d) = jump(states, rules.jumps) {
      let text =
        rules.isTabletop
        ? "the gripper moves by more than 0.6 in one step"
        : "\(rules.stateNames[d]) goes from \(states[t][d]) to \(states[t + 1][d]) in one step"
      found.append(finding(.jump, step: t, text))
    }
    found += pictures(episode).map { finding($0, $1) }
    found += words(episode, rules).map { finding($0, $1) }
    if rules.isTabletop, let seed = episode.seed,
      Suite.firstHeldOutSeed..<Suite.firstPretrainingSeed ~= seed
    {
      found.append(finding(.overlap, "seed \(seed) is a layout for evaluation"))
    }
    return found
  }

  /// The first gripper command that the convention does not have.
  private static func badGripper(_ actions: [[Float]], _ rules: DataRules) -> (Int, String)? {
    let (open, closed) = (rules.space.gripperConvention.open, rules.space.gripperConvention.closed)
    let range = min(open, closed) - 0.01...max(open, closed) + 0.01
    for (t, action) in actions.enumerated() {
      for d in rules.space.grippers {
        let value = action[d]
        let isGood =
          rules.gripperIsSwitch
          ? min(abs(value - open), abs(value - closed)) <= 0.01 : range ~= value
        guard isGood else {
          return (
            t, "the gripper is \(value), this action space has \(open) open and \(closed) closed"
          )
        }
      }
    }
    return nil
  }

  /// The first step after which a number of the state changes by more than it can, and its index.
  private static func jump(_ states: [[Float]], _ limits: [Float]) -> (Int, Int)? {
    for t in states.indices.dropLast() {
      for d in limits.indices where abs(states[t + 1][d] - states[t][d]) > limits[d] {
        return (t, d)
      }
    }
    return nil
  }

  private static func pictures(_ episode: RecordedEpisode) -> [(DataFinding.Kind, String)] {
    if let t = episode.blankFrame { return [(.blank, "the image at step \(t) has one color")] }
    if episode.framesAreSame {
      return [(.sameImage, "all \(episode.actions.count) images are the same")]
    }
    return []
  }

  private static func words(
    _ episode: RecordedEpisode, _ rules: DataRules
  ) -> [(DataFinding.Kind, String)] {
    let words = episode.instruction.lowercased().split(whereSeparator: { !$0.isLetter })
    if words.isEmpty { return [(.instruction, "no instruction")] }
    guard let vocabulary = rules.vocabulary else { return [] }
    if let stray = words.first(where: { !vocabulary.contains(String($0)) }) {
      return [(.instruction, "the word “\(stray.prefix(30))” is in no task")]
    }
    let grips = words.first != "push" && episode.actions.count > 1
    let commands = Set(episode.actions.map { $0[6] > 0 })
    return grips && commands.count == 1
      ? [(.gripper, "the gripper command never changes")] : []
  }

  /// Where the first run of equal actions that is damage begins; nil if there is none.
  private static func startOfRun(_ rows: [[Float]], _ rules: DataRules) -> Int? {
    var start = 0
    for (t, row) in rows.enumerated() {
      if row != rows[start] { start = t }
      if t - start + 1 >= rules.frozenSteps, !rules.allowsRest || !rules.isRest(row) {
        return start
      }
    }
    return nil
  }
}
