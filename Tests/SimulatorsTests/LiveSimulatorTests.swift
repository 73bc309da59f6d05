import Foundation
import NanoVLA
@testable import Simulators
import Tensors
import TestSupport
import Testing
import VLMs

/// The real simulators, where an environment variable names a Python that has them:
///
///     NANOVLA_SIMULATORS_PYTHON=VENV/bin/python NANOVLA_LIBERO_PYTHON=VENV2/bin/python \
///       swift test --filter LiveSimulatorTests
@WaitingThread @Suite(.serialized) struct LiveSimulatorTests {
  private func environment(
    _ name: String, _ python: PythonInterpreter?, imageSize: Int = 64, horizon: Int? = nil
  ) throws -> SimulatorEnvironment {
    try SimulatorEnvironment(
      .init(.init(name), python: python!, imageSize: imageSize, processes: 2, horizon: horizon))
  }

  /// An untrained policy for `environment`.
  private func policy(for environment: SimulatorEnvironment) throws -> VLA {
    var random = SeededRandom(seed: 0)
    return try VLA(
      backbone: StateBackbone(width: environment.facts.stateNames.count),
      space: environment.space, statistics: .init(boundsOf: environment.space), head: .l1,
      chunk: 4, using: &random)
  }

  @Test(
    .enabled(if: Pythons.simulators != nil),
    arguments: ["drawer-open-v3", "button-press-topdown-v3", "door-open-v3", "reach-v3"])
  func metaWorldsExpertSucceedsInEachLayoutTheSameWayTwice(task: String) throws {
    let name = "metaworld:\(task)"
    let first = try Recorder(in: environment(name, Pythons.simulators))(seeds: [0, 1_000_000])
    #expect(first.map(\.ending) == [.success, .success])
    #expect(first[0].frames[0] != first[1].frames[0])
    let again = try Recorder(in: environment(name, Pythons.simulators))(seeds: [0])[0]
    #expect(again.frames == first[0].frames && again.actions == first[0].actions)
    for frame in again.frames { #expect(Set(frame.pixels).count > 40, "a picture, not a color") }
    #expect(again.actions.allSatisfy { $0.values.allSatisfy { -1...1 ~= $0 } })
  }

  @Test(.enabled(if: Pythons.simulators != nil)) func metaWorldsFirstImageShowsTheLayoutOfItsSeed()
    throws
  {
    // A simulator that was used before and one that is new show the same.
    let environment = try environment("metaworld:window-open-v3", Pythons.simulators)
    try environment.reset(to: 3)
    _ = try environment.observation()
    try environment.reset(to: 8)
    let used = (try environment.observation(), environment.positions)
    let fresh = try self.environment("metaworld:window-open-v3", Pythons.simulators)
    try fresh.reset(to: 8)
    #expect(try fresh.observation().image == used.0.image)
    #expect(fresh.positions == used.1)
  }

  @Test(
    .enabled(if: Pythons.simulators != nil),
    arguments: ["gymnasium:Pendulum-v1", "gymnasium:gym_pusht@gym_pusht/PushT-v0"])
  func gymnasiumsEnvironmentsRunToTheEnd(name: String) throws {
    let environment = try environment(name, Pythons.simulators, imageSize: 96, horizon: 30)
    let episodes = try ClosedLoop(in: environment, executionHorizon: 4, keepsRecord: true)(
      policy(for: environment), seeds: [1, 2])
    #expect(episodes.allSatisfy { $0.steps == 30 && $0.ending == .failure("horizon") })
    #expect(episodes[0].frames[0].width == 96 && episodes[0].frames[0] != episodes[1].frames[0])
  }

  @Test(.enabled(if: Pythons.simulators != nil)) func gymnasiumsChoicesAreNoVector() throws {
    let error = #expect(throws: BridgeError.self) {
      try environment("gymnasium:CartPole-v1", Pythons.simulators)
    }
    #expect("\(error!)".contains("Discrete"))
  }

  @Test(.enabled(if: Pythons.libero != nil)) func liberoIsEvaluatedOnItsOwnInitialStates() throws {
    let environment = try environment(
      "libero:spatial/0,spatial/3", Pythons.libero, imageSize: 224, horizon: 4)
    #expect(environment.facts.initialStates == 50)
    #expect(environment.heldOutSeeds(1000).count == 100)
    let seeds = environment.heldOutSeeds(4)
    let episodes = try ClosedLoop(in: environment, executionHorizon: 4, keepsRecord: true)(
      policy(for: environment), seeds: seeds)
    #expect(Set(episodes.map(\.instruction)).count == 2)
    #expect(episodes.allSatisfy { $0.steps == 4 && $0.frames[0].width == 224 })
    #expect(episodes[0].frames[0] != episodes[1].frames[0])
    // The same initial state, reached again in a process that was used, is the same to the last bit.
    let again = try ClosedLoop(in: environment, executionHorizon: 4, keepsRecord: true)(
      policy(for: environment), seeds: [seeds[0]])
    let states = [episodes[0], again[0]].map { $0.observations.map { $0.proprioception! } }
    #expect(states[0] == states[1])
  }

  @Test(.enabled(if: Pythons.libero != nil)) func liberosImageIsTheObservationOfItsStep() throws {
    let script = try BridgeScript(
      """
      @B["op"]("compare")
      def compare(parameters, arrays):
          libero = B["LIBERO"]("spatial/0", 256, {})
          def run(shown):
              libero.reset(0)
              images = [shown().copy()]
              for step in range(6):
                  libero.step([0.5, -0.5, 0.25, 0, 0, 0.1, -1 if step < 3 else 1])
                  images.append(shown().copy())
              return images
          ours = run(libero.picture)
          libero.env.env._observables["agentview_image"].set_sensor(libero.sensor)
          theirs = run(lambda: libero.observation["agentview_image"])
          return {"equal": [bool((a == b).all()) for a, b in zip(ours, theirs)],
                  "moved": bool((ours[0] != ours[-1]).any())}, []
      """)
    let bridge = try Bridge(Pythons.libero!, script: script.file)
    let reply = try bridge.call("compare", seconds: 300).result
    #expect(try reply["equal"].decoded([Bool].self) == Array(repeating: true, count: 7))
    #expect(try reply["moved"].bool())
  }

  @Test(.enabled(if: Pythons.libero != nil)) func aPublishedOpenVLAActsAndSeesTheMiddle() throws {
    let fixture = try #require(Fixture.all.first { $0.family == "openvla" })
    let openVLA = try VLA.fromVLM(
      "openvla", modelPath: fixture.folder.path, unnormKey: "bridge_orig")
    let environment = try environment("libero:goal/0", Pythons.libero, imageSize: 224, horizon: 2)
    let seeds = environment.heldOutSeeds(1)
    let loop = { ClosedLoop(in: $0, executionHorizon: 1, keepsRecord: true) }
    let whole = try loop(environment.acting(openVLA.space))(openVLA, seeds: seeds)[0]
    let middle = try loop(environment.acting(openVLA))(openVLA, seeds: seeds)[0]
    #expect(whole.steps == 2 && middle.steps == 2)
    #expect(middle.frames[0] == whole.frames[0].centerCropped(toArea: 0.9))
  }

  @Test(.enabled(if: Pythons.libero != nil)) func liberosGripperSpeaksOpenVLAsConvention() throws {
    let environment = try environment("libero:object/0", Pythons.libero, imageSize: 64)
    let published = ActionSpace(dimensions: 7, gripperConvention: .oneOpen)
    let robot = environment.acting(published)
    try robot.reset(to: 0)
    let fingers = { robot.stateOfFingers }
    let open = fingers()
    for _ in 0..<8 { _ = try robot.step(RobotAction([0, 0, 0, 0, 0, 0, 0.1])) }  // nearer to closed
    #expect(fingers() < 0.5 * open)
    for _ in 0..<12 { _ = try robot.step(RobotAction([0, 0, 0, 0, 0, 0, 0.9])) }
    #expect(fingers() > 0.8 * open)
    #expect(environment.acting(.tabletop).space == environment.space)
  }
}

extension SimulatorEnvironment {
  /// How far the fingers of LIBERO's gripper are apart, in meters.
  fileprivate var stateOfFingers: Float {
    let state = (try? observation().proprioception) ?? []
    return state[6] - state[7]
  }
}

/// The Pythons of the environment variables.
private enum Pythons {
  static let simulators = python("NANOVLA_SIMULATORS_PYTHON")
  static let libero = python("NANOVLA_LIBERO_PYTHON")

  private static func python(_ variable: String) -> PythonInterpreter? {
    ProcessInfo.processInfo.environment[variable].map { PythonInterpreter($0) }
  }
}
