import Diagnosis
import Images
import NanoVLA
import Tabletop
import Testing

@Suite struct DataDoctorTests {
  private static let bundled = Result { try DemonstrationDataset.bundled().demonstrations }

  /// What the doctor finds after `edit` changed one of the bundled episodes, the fourth.
  private func findings(_ edit: (Demonstration) -> Demonstration) throws -> [DataFinding] {
    var episodes = Array(try Self.bundled.get().prefix(30))
    episodes[3] = edit(episodes[3])
    return DataDoctor(episodes).findings
  }

  private func edited(
    _ d: Demonstration, instruction: String? = nil, seed: UInt64? = nil,
    frames: [RGBImage]? = nil, actions: [[Float]]? = nil, states: [[Float]]? = nil
  ) -> Demonstration {
    Demonstration(
      suite: d.suite, instruction: instruction ?? d.instruction, seed: seed ?? d.seed,
      frames: frames ?? d.frames, actions: actions ?? d.actions,
      proprioception: states ?? d.proprioception)
  }

  @Test("recorded demonstrations have no damage", arguments: Suite.allCases)
  func healthy(suite: Suite) throws {
    let episodes = (0..<8).compactMap { Demonstration.record(suite: suite, seed: $0) }
    #expect(DataDoctor(episodes).findings.map(\.text) == [])
    if suite == .object { #expect(DataDoctor(try Self.bundled.get()).findings == []) }
  }

  @Test("damage to one episode is named with its place") func places() throws {
    let red = RGBImage(width: 64, height: 64, color: .init(200, 0, 0))
    func check(_ kind: DataFinding.Kind, _ edit: (Demonstration) -> Demonstration) throws {
      let found = try findings(edit).filter { $0.kind == kind }
      #expect(found.count == 1 && found.first?.place.hasPrefix("episode 3") == true, "\(kind)")
    }
    try check(.frozen) { edited($0, actions: $0.actions.map { _ in [0.1, 0, 0, 0, 0, 0, -1] }) }
    try check(.range) { edited($0, actions: $0.actions.map { [9 * $0[0]] + $0[1...] }) }
    try check(.jump) { d in
      edited(d, states: d.proprioception.enumerated().map { $0 == 2 ? [0, 1, 1.4, 0] : $1 })
    }
    try check(.frozenState) { d in edited(d, states: d.actions.map { _ in [0.5, 0.5, 0.5, 0] }) }
    try check(.instruction) { edited($0, instruction: " ") }
    try check(.instruction) { edited($0, instruction: "pick up the purple cup") }
    try check(.blank) { edited($0, frames: $0.frames.map { _ in red }) }
    try check(.sameImage) { d in edited(d, frames: d.frames.map { _ in d.frames[0] }) }
    try check(.gripper) { edited($0, actions: $0.actions.map { $0[..<6] + [-1] }) }
    try check(.overlap) { edited($0, seed: 1_000_003) }
    try check(.short) { d in
      edited(
        d, frames: [d.frames[0]], actions: [d.actions[0]], states: [d.proprioception[0]])
    }
    try check(.duplicate) { _ in try! Self.bundled.get()[1] }
  }

  @Test("damage to all episodes is told once") func everywhere() throws {
    let episodes = Array(try Self.bundled.get().prefix(30))
    func kinds(_ actions: (([Float]) -> [Float])) -> [DataFinding.Kind] {
      DataDoctor(episodes.map { edited($0, actions: $0.actions.map(actions)) }).findings
        .filter { $0.place == "all episodes" }.map(\.kind)
    }
    #expect(kinds { $0 } == [])
    #expect(kinds { $0[..<2] + [0] + $0[3...] }.contains(.noSpread))
    #expect(kinds { $0[..<6] + [-$0[6]] } == [.motion])
    #expect(kinds { [-$0[0]] + $0[1...] } == [.motion])
    #expect(kinds { [$0[1], $0[0]] + $0[2...] } == [.motion])
  }

  @Test("layouts in both datasets are found") func overlap() throws {
    let layouts = try Self.bundled.get().map { ($0.suite.rawValue, Optional($0.seed)) }
    let found = DataDoctor.overlap(
      Array(layouts[..<10]) + [("object", nil), ("goal", 8)],
      Array(layouts[7..<20]) + [("object", nil)])
    #expect(found.map(\.place) == ["episode 7", "episode 8", "episode 9"])
  }
}

/// Episodes of a robot of which only the action space is known.
@Suite struct RobotDataDoctorTests {
  private static let space = ActionSpace(
    ["dx", "dy", "gripper"].map { .init($0, unit: "m", bounds: -1...1) },
    gripperConvention: .positiveClosed, controlRate: 20)

  /// Ten reaches of 40 steps: fast at first, at a bound in both dimensions, then ever slower.
  private static func reaches(_ count: Int = 10) -> [(actions: [[Float]], state: [[Float]])] {
    (0..<count).map { index in
      var (x, y): (Float, Float) = (0, 0.3)
      let goal: (x: Float, y: Float) = (0.4 + 0.03 * Float(index), 0.1 - 0.05 * Float(index))
      var (actions, state): ([[Float]], [[Float]]) = ([], [])
      for step in 0..<40 {
        let action = [goal.x - x, goal.y - y].map { max(-1, min(1, 20 * $0)) }
        actions.append(action + [step < 30 ? -1 : 0.6])
        state.append([x, y])
        (x, y) = (x + 0.02 * action[0], y + 0.02 * action[1])
      }
      return (actions, state)
    }
  }

  private func findings(
    areTargets: Bool = false, instructions: [String] = ["reach"],
    _ edit: (inout [[Float]], inout [[Float]], inout [RGBImage]) -> Void = { _, _, _ in }
  ) -> [DataFinding] {
    let episodes = Self.reaches().enumerated().map { index, numbers in
      var (actions, state) = numbers
      var frames = actions.indices.map { step in
        var frame = RGBImage(width: 4, height: 4)
        frame[0, 0] = .init(UInt8(step), UInt8(index), 0)
        return frame
      }
      if index == 4 { edit(&actions, &state, &frames) }
      return RecordedEpisode(
        task: "toy:reach", instruction: instructions[index % instructions.count],
        seed: UInt64(index), frames: frames, actions: actions, state: state)
    }
    return DataDoctor(
      episodes, of: Self.space, stateNames: ["x", "y"], areTargets: areTargets
    ).findings
  }

  @Test("a healthy robot may rest, saturate and hold a gripper half closed") func healthy() {
    #expect(findings() == [])
    #expect(findings(areTargets: true) == [])
    #expect(findings { a, _, _ in a[20...] = Array(repeating: [0, 0, -1], count: 20)[...] } == [])
  }

  @Test("damage to one episode is named with its place") func places() {
    func check(
      _ kind: DataFinding.Kind, _ edit: (inout [[Float]], inout [[Float]], inout [RGBImage]) -> Void
    ) {
      let found = findings(edit)
      #expect(found.contains { $0.kind == kind && $0.place.hasPrefix("episode 4") }, "\(kind)")
      #expect(found.allSatisfy { $0.kind == kind }, "\(found)")
    }
    check(.frozen) { a, _, _ in for t in 8..<20 { a[t] = a[8].map { $0 * 0.9 } } }
    check(.frozenState) { _, s, _ in for t in 3..<10 { s[t] = s[3] } }
    check(.jump) { _, s, _ in s[20][1] = 0.9 }
    check(.range) { a, _, _ in a[7][0] = 1.6 }
    check(.gripper) { a, _, _ in a[7][2] = 1.2 }
    check(.blank) { _, _, f in f[9] = RGBImage(width: 4, height: 4) }
    check(.sameImage) { _, _, f in f = f.map { _ in f[0] } }
  }

  @Test("targets may repeat where changes may not, and need no motion") func targets() {
    #expect(findings(areTargets: true) { a, _, _ in for t in 8..<20 { a[t] = a[8] } } == [])
    #expect(
      findings(areTargets: true) { _, s, _ in for t in 3..<10 { s[t] = s[3] } }.allSatisfy {
        $0.kind == .jump
      })
  }

  @Test("instructions that differ in case or punctuation alone are named") func spelling() {
    let found = findings(instructions: ["open it", "Open it.", "close it"])
    #expect(found.map(\.kind) == [.instruction])
    #expect(found.first?.text.contains("“Open it.” and “open it”") == true)
  }
}
