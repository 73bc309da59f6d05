import Tensors

/// Six families of tasks: four after LIBERO's (Liu et al. 2023), from easy to hard, one that asks what
/// a policy learns from demonstrations that solve the same task in two ways, and one whose objects move.
///
/// - `object`: three different objects; pick the named one.
/// - `spatial`: two of three objects look alike; pick the left, right, far or near one.
/// - `goal`: always a red block, a blue ball and a green bowl; eight different tasks.
/// - `long`: the same objects; put one in the bowl, then pick the other.
/// - `obstacle`: a post between the gripper and the named object; left and right of it are equally good.
/// - `belt`: as `object`, but the objects lie on a belt that carries them to the right.
///
/// Ranges of seeds are disjoint, so that no policy is tested on layouts that it was trained on:
/// demonstrations count up from 0, held-out layouts from 1,000,000, scenes for pre-training from
/// 2,000,000; layouts to practice on (reinforcement learning) from 2⁶², far above all those.
public enum Suite: String, CaseIterable, Sendable {
  case object, spatial, goal, long, obstacle, belt

  /// The first seed of the layouts for evaluation.
  public static let firstHeldOutSeed: UInt64 = 1_000_000
  /// The first seed of the scenes for grounding pre-training.
  public static let firstPretrainingSeed: UInt64 = 2_000_000
  /// The first seed of the layouts to practice on.
  public static let firstPracticeSeed: UInt64 = 1 << 62

  /// Seeds of `count` layouts that no demonstration uses, at most a million.
  public static func heldOutSeeds(_ count: Int) -> Range<UInt64> {
    guard (0...1_000_000).contains(count) else {
      fatalError("heldOutSeeds: \(count) is not in 0 … 1,000,000")
    }
    return firstHeldOutSeed..<firstHeldOutSeed + UInt64(count)
  }

  /// The seed of a layout to practice on, drawn from 2⁴⁰.
  public static func practiceSeed(using random: inout SeededRandom) -> UInt64 {
    firstPracticeSeed + UInt64(random.integer(below: 1 << 40))
  }

  /// Steps after which an episode ends: about three times what the expert needs, twice in `long`.
  public var horizon: Int { self == .long ? 40 : 24 }

  /// How episode `seed` begins: the same scene and task each time.
  public func initialState(seed: UInt64) -> TabletopWorld.InitialState {
    var random = SeededRandom(seed: seed)
    let gripper = Gripper(
      x: random.uniform(in: 0.15...0.85), y: random.uniform(in: 0.15...0.85),
      z: random.uniform(in: 0.6...0.9))
    let (scene, task) = layout(gripper, using: &random)
    return TabletopWorld.InitialState(scene: scene, task: task, horizon: horizon)
  }

  private func layout(
    _ gripper: Gripper, using random: inout SeededRandom
  ) -> (Scene, TabletopTask) {
    switch self {
    case .object:
      let scene = Scene(
        objects: Layout.objects(Layout.kinds(using: &random), using: &random), gripper: gripper)
      return (scene, .pick(random.integer(below: 3), in: scene))

    case .spatial:
      let kinds = Layout.kinds(using: &random)
      let objects = Layout.objects([kinds[0], kinds[0], kinds[1]], using: &random)
      let scene = Scene(objects: objects, gripper: gripper)
      return (scene, .pick(random.integer(below: 2), in: scene))

    case .goal:
      let scene = Scene(objects: Layout.goalObjects(using: &random), gripper: gripper)
      let object = random.integer(below: 2)
      switch random.integer(below: 4) {
      case 0: return (scene, .pick(object, in: scene))
      case 1: return (scene, .put(object, into: 2, in: scene))
      case 2: return (scene, .push(object, .left, in: scene))
      default: return (scene, .push(object, .right, in: scene))
      }

    case .long:
      let scene = Scene(
        objects: Layout.objects(Layout.goalKinds, using: &random), gripper: gripper)
      let object = random.integer(below: 2)
      return (scene, .put(object, into: 2, thenPick: 1 - object, in: scene))

    case .obstacle:
      let scene = Layout.obstacleScene(Layout.kinds(using: &random), using: &random)
      return (scene, .pick(0, in: scene))

    case .belt:
      let objects = Layout.objects(
        Layout.kinds(using: &random), x: Layout.beltStart, using: &random)
      var scene = Scene(objects: objects, gripper: gripper)
      scene.belt = Rules.beltSpeed
      return (scene, .pick(random.integer(below: 3), in: scene))
    }
  }

  /// Another valid task of the same form in the same scene, about another object (in `spatial` the
  /// twin; in `long` the two objects exchange roles). A policy that ignores its instruction does the
  /// same as before: the control that measures whether the instruction matters.
  public func otherTask(than task: TabletopTask, in scene: Scene) -> TabletopTask {
    let areAllDifferent = [.object, .obstacle, .belt].contains(self)
    let other = areAllDifferent ? (task.firstObject + 1) % 3 : 1 - task.firstObject
    switch task.intent {
    case .bare: return .bare(other, in: scene)
    case .pick: return .pick(other, in: scene)
    case .put: return .put(other, into: 2, in: scene)
    case .pushLeft: return .push(other, .left, in: scene)
    case .pushRight: return .push(other, .right, in: scene)
    case .putThenPick: return .put(other, into: 2, thenPick: task.firstObject, in: scene)
    }
  }
}
