import Foundation
import NanoVLA
@testable import Simulators
import Tensors
import VLMs
import TestSupport
import Testing

@WaitingThread @Suite(.enabled(if: BridgeScript.canRun, "there is no python3"), .serialized)
struct SimulatorEnvironmentTests {
  private func toy(
    _ name: String = "toy:red,blue", processes: Int = 2, imageSize: Int = 32, horizon: Int? = nil,
    script: URL? = nil, control: SimulatorControl = .none
  ) throws -> SimulatorEnvironment {
    try SimulatorEnvironment(
      .init(try .init(name), imageSize: imageSize, processes: processes, horizon: horizon),
      control: control, script: script)
  }

  /// What the toy's expert does, and what its actions lead to, computed here once more.
  private func path(from hand: [Float], to goal: [Float]) -> [[Float]] {
    var (hand, path) = (hand.map(Double.init), [hand])
    while hypot(hand[0] - Double(goal[0]), hand[1] - Double(goal[1])) >= 0.06 {
      for i in 0..<2 { hand[i] += min(max(Double(goal[i]) - hand[i], -0.1), 0.1) }
      path.append(hand.map(Float.init))
    }
    return path
  }

  @Test func theExpertIsRecordedStepByStep() throws {
    let episodes = try Recorder(in: toy())(seeds: 0..<6)
    #expect(
      episodes.map(\.instruction)
        == Array(repeating: ["move to the red disc", "move to the blue disc"], count: 3).flatMap {
          $0
        })
    for episode in episodes {
      let environment = try toy()
      try environment.reset(to: episode.seed)
      let goal = Array(environment.positions.suffix(2))
      let expected = path(from: [0.5, 0.5], to: goal)
      #expect(episode.ending == .success && episode.steps == expected.count - 1)
      for (observation, state) in zip(episode.observations, expected) {
        #expect(zip(observation.proprioception!, state).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(observation.image.width == 32 && observation.image.height == 32)
      }
      // The disc of the goal is where the positions say it is, the first image's color there tells.
      let (x, y) = (Int(goal[0] * 32), Int(goal[1] * 32))
      let color = episode.observations[0].image[x, y]
      #expect(episode.seed % 2 == 0 ? color.red == 220 : color.blue == 220)
    }
  }

  @Test func oneSeedIsOneEpisodeWhateverElseRuns() throws {
    let environment = try toy()
    let alone = try Recorder(in: environment)(seeds: [5])[0]
    let among = try Recorder(in: environment)(seeds: [4, 7, 5])[2]
    #expect(alone.actions == among.actions && alone.frames == among.frames)
    #expect(try Recorder(in: environment)(seeds: [7])[0].actions != alone.actions)
  }

  @Test func anEpisodeEndsAtTheHorizonInFailure() throws {
    let environment = try toy(horizon: 3)
    try environment.reset(to: 0)
    let still = RobotAction([0, 0])
    #expect(try environment.step(still) == nil)
    #expect(try environment.step(still) == nil)
    #expect(try environment.step(still) == .failure("horizon"))
  }

  @Test func theOtherDiscIsAFailureThatIsNamed() throws {
    let red = try toy("toy:red")
    try red.reset(to: 3)
    let blue = try toy("toy:blue")
    try blue.reset(to: 3)
    var ending: Ending?
    while ending == nil { ending = try red.step(blueAction(red, toward: blue.positions)) }
    #expect(ending == .failure("wrong disc"))
  }

  private func blueAction(_ environment: SimulatorEnvironment, toward goal: [Float]) -> RobotAction
  {
    RobotAction((0..<2).map { min(max(goal[2 + $0] - environment.positions[$0], -0.1), 0.1) })
  }

  @Test func controlsChangeWhatThePolicyPerceivesAndNothingElse() throws {
    let environment = try toy()
    try environment.reset(to: 0)
    let blank = environment.controlled(.blankImage)
    try blank.reset(to: 0)
    #expect(Set(try blank.observation().image.pixels).count == 1)
    #expect(try blank.observation().proprioception == environment.observation().proprioception)
    let told = environment.controlled(.otherInstruction())
    try told.reset(to: 0)
    #expect(told.instruction == "move to the blue disc")
    #expect(try told.observation().image == environment.observation().image)
  }

  @Test func aProcessThatDiesIsReplacedAndTheEpisodeGoesOnUnchanged() throws {
    let undisturbed = try Recorder(in: toy())(seeds: [0])[0]
    let script = try BridgeScript(
      """
      def step(self, action, was=B["Toy"].step):
          self.count = getattr(self, "count", 0) + 1
          if self.count == 3 and not os.path.exists(FOLDER + "/died"):
              open(FOLDER + "/died", "w"); os._exit(1)
          return was(self, action)
      Toy.step = step
      """)
    let environment = try toy(script: script.file)
    let episode = try Recorder(in: environment)(seeds: [0])[0]
    #expect(environment.restartCount == 1)
    #expect(episode.actions == undisturbed.actions && episode.frames == undisturbed.frames)
    #expect(episode.ending == .success)
  }

  @Test func aSimulatorThatComesBackElsewhereIsNotTrusted() throws {
    let script = try BridgeScript(
      """
      def reset(self, seed, was=B["Toy"].reset):
          was(self, seed); self.hand[0] += (os.getpid() % 1000) * 1e-4
      def step(self, action, was=B["Toy"].step):
          self.count = getattr(self, "count", 0) + 1
          if self.count == 2 and not os.path.exists(FOLDER + "/died"):
              open(FOLDER + "/died", "w"); os._exit(1)
          return was(self, action)
      Toy.reset, Toy.step = reset, step
      """)
    let environment = try toy("toy:red", script: script.file)
    #expect(throws: SimulatorError.notReproducible("red")) {
      _ = try Recorder(in: environment)(seeds: [0])
    }
  }

  @Test func aSimulatorThatBeginsElsewhereIsNotTrustedEither() throws {
    let script = try BridgeScript(
      """
      def reset(self, seed, was=B["Toy"].reset):
          was(self, seed); self.hand[0] += (os.getpid() % 1000) * 1e-4
      def image(self, was=B["Toy"].image):
          if not os.path.exists(FOLDER + "/died"): open(FOLDER + "/died", "w"); os._exit(1)
          return was(self)
      Toy.reset, Toy.image = reset, image
      """)
    let environment = try toy("toy:red", script: script.file)
    try environment.reset(to: 0)
    #expect(throws: SimulatorError.notReproducible("red")) { try environment.observation() }
  }

  @Test func aSimulatorThatAlwaysDiesEndsInAnError() throws {
    let script = try BridgeScript(
      """
      def reset(self, seed): print("no display"); sys.stdout.flush(); os._exit(1)
      Toy.reset = reset
      """)
    let environment = try toy("toy:red", script: script.file)
    #expect(throws: BridgeError.ended(operation: "reset", lastLine: "no display")) {
      try environment.reset(to: 0)
    }
  }

  @Test func tasksOfOtherRobotsCannotBeMixed() throws {
    let script = try BridgeScript(
      """
      def init(self, task, size, parameters, was=B["Toy"].__init__):
          was(self, task, size, parameters)
          if task == "blue": self.dimensions = self.dimensions + [("gripper", "", -1, 1)]
      Toy.__init__ = init
      """)
    let environment = try toy(script: script.file)
    try environment.reset(to: 0)
    #expect(throws: SimulatorError.unequalTasks("red", "blue")) { try environment.reset(to: 1) }
  }

  @Test(arguments: ["[float('nan'), 0]", "[0]", "[0, 0, 0]"])
  func aStateThatCannotBeIsRefused(state: String) throws {
    let script = try BridgeScript("Toy.state = lambda self: \(state)")
    let environment = try toy("toy:red", script: script.file)
    #expect(throws: BridgeError.self) { try environment.reset(to: 0) }
  }

  @Test(arguments: [1, 2])
  func noMoreProcessesRunThanAllowed(count: Int) throws {
    let environment = try toy("toy:red", processes: count)
    var random = SeededRandom(seed: 0)
    let policy = try VLA(
      backbone: StateBackbone(), space: environment.space,
      statistics: .init(boundsOf: environment.space), head: .l1, chunk: 2, using: &random)
    let episodes = try ClosedLoop(in: environment, executionHorizon: 2)(policy, seeds: 0..<9)
    #expect(episodes.map(\.seed) == Array(0..<9))
    #expect(episodes.allSatisfy { $0.steps <= 40 })
    #expect((1...count).contains(environment.pool.startCount))
  }

  @Test func processesFitIntoTheMemory() {
    func count(_ kind: SimulatorName.Kind, _ size: Int, cores: Int, gigabytes: UInt64) -> Int {
      SimulatorSettings.processes(of: kind, groupsOf: size, cores: cores, memory: gigabytes << 30)
    }
    #expect(count(.metaworld, 1, cores: 8, gigabytes: 64) == 8)
    #expect(count(.metaworld, 16, cores: 2, gigabytes: 24) == 32)
    #expect(count(.metaworld, 16, cores: 8, gigabytes: 24) == 48)  // 16.8 of 18 GB
    #expect(count(.libero, 8, cores: 8, gigabytes: 24) == 8)
    #expect(count(.libero, 1, cores: 64, gigabytes: 16) == 7)
    #expect(count(.libero, 8, cores: 2, gigabytes: 1) == 8, "less than a group cannot run")
  }

  @Test func groupsOfRolloutsUseTheSameProcessesAgain() throws {
    let environment = try toy("toy:red", processes: 3 * Threads.count)
    var random = SeededRandom(seed: 0)
    let policy = try VLA(
      backbone: StateBackbone(), space: environment.space,
      statistics: .init(boundsOf: environment.space), head: .tokens(bins: 8), chunk: 2,
      using: &random)
    let head = try #require(policy.head as? TokenHead)
    let groups = try GroupRollouts(in: environment, groupSize: 3)(
      policy, head, seeds: (0..<7).map { $0 }, draw: 1)
    #expect(groups.count == 7 && groups.allSatisfy { $0.rewards.count == 3 })
    #expect(environment.pool.startCount <= 3 * Threads.count)
  }

  @Test func heldOutAndPracticedLayoutsNeverMeet() throws {
    let environment = try toy()
    let heldOut = environment.heldOutSeeds(50)
    #expect(heldOut.count == 50 && Set(heldOut).count == 50)
    #expect(heldOut.count { environment.task(of: $0) == "red" } == 25)
    var random = SeededRandom(seed: 1)
    for _ in 0..<200 { #expect(environment.practiceSeed(using: &random) >= 4_000_000) }
    #expect(heldOut.allSatisfy { 2_000_000..<4_000_000 ~= $0 })
  }

  @Test func namesAreReadOrRefused() throws {
    #expect(try SimulatorName("libero:spatial").tasks == (0..<10).map { "spatial/\($0)" })
    #expect(try SimulatorName("libero:90").tasks.count == 90)
    #expect(try SimulatorName("libero:10/3").tasks == ["10/3"])
    let spatial = try SimulatorName("libero:spatial")
    #expect(
      spatial.statisticsKey(among: ["bridge_orig", "libero_spatial_no_noops"])
        == "libero_spatial_no_noops")
    #expect(
      spatial.statisticsKey(among: ["libero_spatial", "libero_spatial_no_noops"])
        == "libero_spatial")
    #expect(spatial.statisticsKey(among: ["bridge_orig"]) == "libero_spatial")
    #expect(try SimulatorName("gymnasium:gym_pusht@gym_pusht/PushT-v0").kind == .gymnasium)
    for name in ["", "toy", "toy:", "toy:red,,blue", "toy:red,red", "mujoco:x", "tabletop_object"] {
      #expect(throws: SimulatorError.unknownName(name)) { try SimulatorName(name) }
    }
    #expect(throws: BridgeError.refused("toy has no task green; there are red, blue")) {
      try toy("toy:green")
    }
  }
}
