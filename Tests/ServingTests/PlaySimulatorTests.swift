import Foundation
import NanoVLA
import Simulators
import Tabletop
import TestSupport
import Testing

@testable import Serving

@Suite(.enabled(if: ToyRoom.canRun, "there is no python3"), .serialized)
struct PlaySimulatorTests {
  private func session(_ name: String = "toy:red,blue", script: URL? = nil) throws -> PlaySession {
    PlaySession(try ToyRoom.room(in: ToyRoom.toy(name, script: script)))
  }

  private func run(_ session: PlaySession) throws -> PlayState {
    var state = try session(.step)
    while state.outcome == "running" { state = try session(.step) }
    return state
  }

  @Test func `the policy's actions are those of a closed loop in the simulator`() throws {
    let environment = try ToyRoom.toy()
    let session = PlaySession(try ToyRoom.room(in: environment))
    for (index, task) in ["red", "blue"].enumerated() {
      let begun = try session(.begin(task, 1_000_004))
      #expect(begun.step == 0 && begun.outcome == "running")
      let state = try run(session)
      let episode = try ClosedLoop(in: environment, executionHorizon: 2)(
        .pointing(in: environment), seeds: [2_000_008 + UInt64(index)])[0]
      #expect(episode.ending == .success)
      #expect(state.step == episode.steps && state.outcome == "success")
      #expect(state.success.successes == index + 1 && state.success.episodes == index + 1)
    }
  }

  @Test func `the page lists the tasks and begins with the first layout for evaluation`() throws {
    let session = try session()
    let state = try session(.settings(PlaySettings()))
    #expect(state.layout.environment == "toy:red,blue" && state.layout.kind == "task")
    #expect(state.layout.names == ["red", "blue"] && state.layout.name == "red")
    #expect(state.layout.seed == 1_000_000 && state.instruction == "move to the red disc")
    let blue = try session(.begin("blue", 7))
    #expect(blue.instruction == "move to the blue disc" && blue.layout.seed == 7)
    #expect(blue.tasks == ["move to the red disc", "move to the blue disc"])
    #expect(blue.picture != state.picture)
    #expect(throws: RequestProblem.self) { try session(.begin("green", 0)) }
  }

  @Test func `an action's numbers have the simulator's names and units`() throws {
    let session = try session()
    let state = try session(.step)
    #expect(state.dimensions.map(\.name) == ["dx", "dy"])
    #expect(state.dimensions.allSatisfy { $0.low == -0.1 && $0.high == 0.1 })
    #expect(state.insight?.dimensions.map(\.unit) == state.dimensions.map(\.unit))
    #expect(state.action?.count == 2 && state.plan.isEmpty && state.objects.isEmpty)
  }

  @Test func `the simulator judges its own task whatever the policy is told`() throws {
    let session = try session()
    _ = try session(.begin("red", 1_000_001))
    var state = try session(.tell("go to the blue thing"))
    #expect(!state.isJudged && state.layout.judged == "move to the red disc" && state.step == 0)
    state = try run(session)
    #expect(state.outcome == "wrong disc" && state.success.episodes == 0)
    #expect(try session(.tell("Move to the red disc.")).isJudged)
    state = try run(session)
    #expect(state.outcome == "success" && state.success.episodes == 1)
    #expect(throws: InstructionError.self) { try session(.tell("fetch the glorp")) }
  }

  @Test func `without its image the policy fails, and the picture stays`() throws {
    let session = try session()
    let plain = try session(.begin("red", 1_000_002))
    #expect(plain.seen == plain.picture)
    var settings = PlaySettings()
    settings.isBlank = true
    let blank = try session(.settings(settings))
    #expect(blank.picture == plain.picture && blank.seen != plain.seen)
    let state = try run(session)
    #expect(state.outcome == "timeout" && state.step == state.horizon)
    #expect(state.success.successes == 0 && state.success.episodes == 1)
    settings.isBlank = false
    settings.noise = 0.3
    _ = try session(.begin("red", 1_000_002))
    let noisy = try session(.settings(settings))
    #expect(noisy.picture == plain.picture && noisy.seen != plain.seen)
  }

  @Test func `after going back the same pictures follow, and the episode is not counted`() throws {
    let session = try session()
    _ = try session(.begin("blue", 1_000_003))
    let first = try (0..<3).map { _ in try session(.step).picture }
    #expect(Set(first).count == 3)
    let back = try session(.rewind(1))
    #expect(back.step == 1 && back.picture == first[0])
    #expect(try (1..<3).map { _ in try session(.step).picture } == Array(first[1...]))
    #expect(try run(session).success.episodes == back.success.episodes)
    #expect(try session(.rewind(0)).outcome == "running")
  }

  @Test func `a simulator that does not come back to the same state says so`() throws {
    let script = try BridgeScript(
      """
      def reset(self, seed, was=B["Toy"].reset):
          was(self, seed); self.count = getattr(self, "count", 0) + 1; self.hand[0] += self.count * 1e-4
      Toy.reset = reset
      """)
    let session = try session("toy:red", script: script.file)
    _ = try session(.begin("red", 1_000_000))
    for _ in 0..<2 { _ = try session(.step) }
    let error = #expect(throws: RequestProblem.self) { try session(.rewind(1)) }
    #expect("\(error!)".contains("led to another state"))
    #expect(session.state.outcome == "stopped" && session.state.step == 1)
    #expect(try session(.begin("red", 1_000_000)).outcome == "running")
  }

  @Test(arguments: ["os._exit(1)", "raise ValueError('the arm is stuck')"])
  func `an error of the simulator ends the episode, and a new one begins`(fault: String) throws {
    let script = try BridgeScript(
      """
      def step(self, action, was=B["Toy"].step):
          if os.path.exists(FOLDER + "/faulty"): \(fault)
          return was(self, action)
      Toy.step = step
      """)
    let session = try session("toy:red", script: script.file)
    let before = try session(.step)
    let mark = script.folder.appending(path: "faulty")
    try Data().write(to: mark)
    #expect(throws: BridgeError.self) { try session(.step) }
    #expect(session.state.outcome == "stopped" && session.state.step == 1)
    #expect(session.state.picture == before.picture)
    #expect(try session(.step).step == 1)
    try FileManager.default.removeItem(at: mark)
    #expect(try session(.begin("red", 1_000_001)).outcome == "running")
    #expect(try run(session).outcome == "success")
    #expect(session.state.success.episodes == 1)
  }

  @Test func `a person's action is brought within the bounds, and is not the policy's`() throws {
    let session = try session()
    let start = try session(.begin("red", 1_000_000))
    let space = session.now.world.space
    let request = try PlayRequest(#"{"do":"drive","action":[5,-0.05]}"#, for: space)
    let state = try session(request)
    #expect(state.action == [0.1, -0.05] && state.picture != start.picture && state.step == 1)
    #expect(try run(session).success.episodes == 0)
    #expect(throws: (any Error).self) {
      try PlayRequest(#"{"do":"drive","action":[0,0,0,0,0,0,1]}"#, for: space)
    }
  }

  @Test func `what the tabletop alone can do is refused`() throws {
    let session = try session()
    #expect(try session(.settings(PlaySettings())).faults.isEmpty)
    var faulty = PlaySettings()
    faulty.fault = .gripperSign
    for request in [
      .reset(.object, 1), .move(object: 0, x: 0, y: 0), .keep, .clone, .settings(faulty),
    ] as [PlayRequest] {
      #expect(throws: RequestProblem.self) { try session(request) }
    }
    let tabletop = PlaySession(try PlayRoom([("toy", ClonedPolicy.copy())]))
    #expect(throws: RequestProblem.self) { try tabletop(.begin("red", 0)) }
  }

  @Test func `a policy of another robot or of other images is refused`() throws {
    let environment = try ToyRoom.toy()
    #expect(throws: ActionError.self) {
      try PlayRoom([("toy", ClonedPolicy.copy())], in: environment)
    }
    #expect(throws: ActionError.self) {
      try PlayRoom([("pointing", .pointing(in: environment))])
    }
    let large = try SimulatorEnvironment(.init(.init("toy:red"), imageSize: 64))
    #expect(throws: PolicyError.imageSize(width: 64, height: 64, expected: 32)) {
      try PlayRoom([("pointing", .pointing(in: large))], in: large)
    }
  }
}
