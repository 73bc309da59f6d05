import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

@Suite struct HybridHeadTests {
  /// Two arms with six joints and a gripper each.
  private func twoArms(_ convention: GripperConvention = .positiveClosed) -> ActionSpace {
    let names = ["left", "right"].flatMap { arm in
      (0..<6).map { "\(arm) joint \($0)" } + ["\(arm) gripper"]
    }
    return ActionSpace(
      names.map { ActionSpace.Dimension($0, unit: "radians", bounds: -1...1) },
      gripperConvention: convention)
  }

  /// Two joints with a gripper between them.
  private func small(_ convention: GripperConvention = .positiveClosed) -> ActionSpace {
    ActionSpace(
      ["x", "gripper", "y"].map { ActionSpace.Dimension($0, unit: "m", bounds: -1...1) },
      gripperConvention: convention)
  }

  private func head(_ space: ActionSpace, chunk: Int = 2) -> HybridHead {
    var random = SeededRandom(seed: 1)
    return HybridHead(
      .init(hidden: 8), for: .init(inputs: 3, chunk: chunk, space: space), using: &random)
  }

  @Test("a gripper is fully open or fully closed", arguments: GripperConvention.allCases)
  func grippers(convention: GripperConvention) {
    let space = twoArms(convention)
    let head = head(space)
    unsettle(head)
    let said = head.actions(for: uniform(50, 3))
    #expect(said.shape == [50, 2, 14])
    #expect(space.grippers == [6, 13])
    for gripper in space.grippers {
      let found = Set(said.sliced(axis: 2, gripper..<gripper + 1).values)
      #expect(found.isSubset(of: [convention.open, convention.closed]))
    }
    let pose = head(uniform(50, 3)).pose.sliced(axis: 2, 0..<6).values
    #expect(said.sliced(axis: 2, 0..<6).values == pose)
  }

  @Test(
    "each of two grippers learns to open and close by itself",
    arguments: GripperConvention.allCases)
  func learnsEach(convention: GripperConvention) {
    let space = twoArms(convention)
    let head = head(space, chunk: 1)
    let state = Tensor([0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1], shape: [4, 3])
    let expert = (0..<4).map { n in
      var values = [Float](repeating: 0.25, count: 14)
      values[6] = n % 2 == 0 ? convention.open : convention.closed
      values[13] = n < 2 ? convention.open : convention.closed
      return values
    }
    let chunks = ActionChunks(
      actions: Tensor(expert.flatMap { $0 }, shape: [4, 1, 14]), weights: .full([4, 1, 1], 1))
    head.learn(state, chunks, steps: 300)
    #expect(maximumDifference(head.actions(for: state).values, expert.flatMap { $0 }) < 0.05)
  }

  @Test("rounding moves grippers to the nearer end and leaves the pose as it is")
  func rounded() {
    let actions = Tensor([0.3, 0.2, -0.7, 0.1, 0.8, 0.6], shape: [1, 2, 3])
    for (convention, expected) in [
      (GripperConvention.positiveClosed, [1, 1] as [Float]), (.oneOpen, [0, 1]),
      (.oneClosed, [0, 1]),
    ] {
      let found = head(small(convention)).quantized(actions)
      #expect(found.shape == [1, 2, 3])
      #expect(found.values == [0.3, expected[0], -0.7, 0.1, expected[1], 0.6])
    }
  }

  @Test(
    "its loss is the pose's mean absolute error and the grippers' mean surprise, of real steps",
    arguments: GripperConvention.allCases)
  func loss(convention: GripperConvention) {
    let (space, state, expert) = (twoArms(convention), uniform(5, 3), someChunks(5, 2, 14))
    let head = head(space)
    unsettle(head)
    let (pose, switches) = head(state)
    var (error, surprise, steps) = (0.0, 0.0, 0.0)
    for n in 0..<5 {
      for k in 0..<2 where expert.weights[n, k, 0] == 1 {
        steps += 1
        for a in 0..<14 where a != 6 && a != 13 {
          error += abs(Double(pose[n, k, a]) - Double(expert.actions[n, k, a])) / 12
        }
        for (g, a) in [6, 13].enumerated() {
          let scores = [Double(switches[n, k, g, 0]), Double(switches[n, k, g, 1])]
          let isClosed = convention.isClosed(expert.actions[n, k, a])
          surprise -= log(exp(scores[isClosed ? 1 : 0]) / (exp(scores[0]) + exp(scores[1]))) / 2
        }
      }
    }
    let found = Double(head.loss(state, expert).item)
    #expect(abs(found - (error + surprise) / steps) < 1e-5)
  }

  @Test("how far a gripper is closed, and what repeated steps say, changes no loss")
  func ignores() {
    let (head, state, expert) = (head(small()), uniform(6, 3), someChunks(6, 2, 3))
    unsettle(head)
    let before = head.loss(state, expert).item
    var values = expert.actions.values
    for i in stride(from: 1, to: values.count, by: 3) { values[i] = values[i] > 0 ? 0.9 : -0.2 }
    for step in 0..<12 where expert.weights.values[step] == 0 {
      for a in 0..<3 { values[step * 3 + a] = 0.77 }
    }
    let other = ActionChunks(actions: Tensor(values, shape: [6, 2, 3]), weights: expert.weights)
    #expect(values != expert.actions.values)
    #expect(abs(head.loss(state, other).item - before) < 1e-6)
  }

  @Test("its first loss is the pose's mean |a| and ln 2, within 3 %")
  func firstLoss() {
    let expert = someChunks(64, 3, 14)
    let head = head(twoArms(), chunk: 3)
    var (sum, count) = (Float(0), Float(0))
    for n in 0..<64 {
      for k in 0..<3 where expert.weights[n, k, 0] == 1 {
        for a in 0..<14 where a % 7 != 6 {
          sum += abs(expert.actions[n, k, a])
          count += 1
        }
      }
    }
    let expected = sum / count + log(2)
    #expect(abs(head.expectedInitialLoss(expert) / expected - 1) < 1e-4)
    #expect(abs(head.loss(uniform(64, 3), expert).item / expected - 1) < 0.03)
  }

  @Test("the gradient of every parameter is that of finite differences")
  func gradient() {
    let (head, state) = (head(small()), uniform(3, 3))
    unsettle(head)
    let far = Tensor((0..<18).map { $0 % 4 == 0 ? -6 : 6 }, shape: [3, 2, 3])
    let expert = ActionChunks(actions: far, weights: someChunks(3, 2, 3).weights)
    expectGradients(head.namedParameters) { head.loss(state, expert) }
  }

  @Test("a space of grippers only has a first loss of ln 2")
  func onlyGrippers() {
    let space = ActionSpace(
      [ActionSpace.Dimension("gripper", unit: "m", bounds: -1...1)],
      gripperConvention: .positiveClosed)
    #expect(abs(head(space).expectedInitialLoss(someChunks(4, 2, 1)) - log(2)) < 1e-6)
  }

  @Test("a space without a gripper stops with its names")
  func noGripper() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SeededRandom(seed: 0)
      _ = HybridHead(
        .init(hidden: 4), for: .init(inputs: 3, chunk: 1, space: ActionSpace(dimensions: 2)),
        using: &random)
    }
    expectMessage(result, "HybridHead", "joint 0", "joint 1")
  }
}
