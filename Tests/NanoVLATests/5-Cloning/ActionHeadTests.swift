import NanoVLA
import Tabletop
import Tensors
import TestSupport
import TestSupport
import Testing
import VLMs

/// What is true of every head.
@Suite struct ActionHeadTests {
  static let kinds: [ActionHeadKind] = [
    .tokens(bins: 32), .tokens(bins: 256), .l1, .mse, .hybrid, .flow, .text,
  ]

  private func head(
    _ kind: ActionHeadKind, chunk: Int = 2, space: ActionSpace = .tabletop, seed: UInt64 = 1
  ) -> any ActionHead {
    var random = SeededRandom(seed: seed)
    return kind.head(for: .init(inputs: 5, chunk: chunk, space: space), using: &random)
  }

  @Test("it answers with finite numbers for chunks of one to eight steps", arguments: kinds)
  func shape(kind: ActionHeadKind) {
    for chunk in 1...8 {
      let head = head(kind, chunk: chunk)
      unsettle(head)
      let said = head.actions(for: uniform(3, 5))
      #expect(said.shape == [3, chunk, 7])
      #expect(said.values.allSatisfy { $0.isFinite })
      #expect(head.quantized(said).shape == said.shape)
      #expect((head.chunk, head.dimensions) == (chunk, 7))
    }
  }

  @Test("any number of dimensions will do", arguments: kinds.filter { $0 != .hybrid }, [1, 12])
  func dimensions(kind: ActionHeadKind, count: Int) {
    let head = head(kind, chunk: 3, space: ActionSpace(dimensions: count))
    #expect(head.actions(for: uniform(4, 5)).shape == [4, 3, count])
  }

  @Test("one seed, one head and one answer, bit for bit; another seed, others", arguments: kinds)
  func deterministic(kind: ActionHeadKind) {
    let (state, expert) = (uniform(8, 5), someChunks(8, 2, 7))
    func run(_ seed: UInt64) -> [Float] {
      let head = head(kind, seed: seed)
      head.learn(state, expert, steps: 5)
      let loss = head.loss(state, expert, seed: seed).item
      return [loss] + head.actions(for: state, seed: seed).values
    }
    let first = run(1)
    #expect(run(1) == first)
    #expect(run(2)[0] != first[0])
  }

  @Test("untrained, its loss is the one it announces, within 3 %", arguments: kinds)
  func firstLoss(kind: ActionHeadKind) {
    let (head, expert) = (head(kind), someChunks(600, 2, 7))
    let loss = head.loss(uniform(600, 5), expert).item
    #expect(abs(loss / head.expectedInitialLoss(expert) - 1) < 0.03)
  }

  @Test("it learns one small batch by heart", arguments: kinds)
  func overfits(kind: ActionHeadKind) {
    let head = head(kind)
    let some = (0..<64).map { $0 % 4 }  // four states, again and again
    let state = uniform(4, 5).rows(at: some)
    let expert = someChunks(4, 2, 7).rows(at: some)
    head.learn(state, expert, steps: kind == .flow ? 700 : 300, peak: 3e-3)
    let found = head.actions(for: state, seed: 5)
    let wanted = head.quantized(expert.actions)
    let error = expert.mean(of: (found - wanted).abs()).item
    #expect(error < 0.05)
  }

  @Test("what repeated steps say changes no loss", arguments: kinds)
  func masked(kind: ActionHeadKind) {
    let (head, state, expert) = (head(kind), uniform(6, 5), someChunks(6, 2, 7))
    let others = uniform(6, 2, 7, seed: 44)
    let changed = ActionChunks(
      actions: expert.actions * expert.weights + others * (1 - expert.weights),
      weights: expert.weights)
    #expect(changed.actions.values != expert.actions.values)
    #expect(head.expectedInitialLoss(changed) == head.expectedInitialLoss(expert))
    // Only flow matching sees them at all: mixed with noise, they stand beside the real steps.
    guard kind != .flow else { return }
    #expect(head.loss(state, changed).item == head.loss(state, expert).item)
  }

  @Test(
    "an action of a policy lies within the robot's bounds, however wild its head",
    arguments: kinds)
  func bounds(kind: ActionHeadKind) throws {
    var random = SeededRandom(seed: 2)
    let policy = try VLA(
      backbone: try .bundled(), statistics: try .bundled(), head: kind, using: &random)
    for parameter in policy.head.parameters {
      parameter.values = parameter.values.map { 4 * $0 + random.uniform(in: -1...1) }
    }
    for seed in Suite.heldOutSeeds(4) {
      let world = TabletopWorld(Suite.object.initialState(seed: seed))
      let action = try policy.predictAction(
        Renderer().render(world.scene), instruction: world.instruction,
        proprioception: world.proprioception)
      #expect(action.count == 7)
      for (value, dimension) in zip(action.values, policy.space.dimensions) {
        #expect(dimension.bounds.contains(value), "\(dimension.name)")
      }
    }
  }

  @Test("it drives the arm, twice the same", arguments: kinds)
  func drives(kind: ActionHeadKind) throws {
    func run() throws -> [[Int]] {
      var random = SeededRandom(seed: 2)
      let policy = try VLA(
        backbone: try .bundled(), statistics: try .bundled(), head: kind, chunk: 3, using: &random)
      let episodes = try ClosedLoop(in: TabletopEnvironment(), executionHorizon: 2)(
        policy, seeds: Suite.heldOutSeeds(4))
      return episodes.map { [$0.steps, $0.ending.isSuccess ? 1 : 0] }
    }
    let first = try run()
    #expect(try run() == first)
  }
}
