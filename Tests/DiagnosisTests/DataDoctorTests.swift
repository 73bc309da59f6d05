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
