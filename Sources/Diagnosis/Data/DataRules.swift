import NanoVLA
import Tabletop

/// What undamaged data look like: exactly, in the toy world; of another robot, what its action space and
/// the data themselves say.
struct DataRules {
  let space: ActionSpace
  let stateNames: [String]
  /// Dimensions of the action and of the state that must change.
  let movingActions, movingState: [Int]
  /// So many equal actions in a row are damage.
  let frozenSteps: Int
  /// A robot that rests, or moves as fast as it can, repeats its action rightly.
  let allowsRest: Bool
  /// So many steps in which the state stands still under an action larger than `motion`, `[A]`, are
  /// damage.
  let stillSteps: Int
  let motion: [Float]
  /// Whether a gripper command is open or closed, or may be anything between.
  let gripperIsSwitch: Bool
  /// `[S]`: a larger change of the state in one step is a jump.
  let jumps: [Float]
  /// Where the moving numbers of the state are; nil: anywhere.
  let workspace: ClosedRange<Float>?
  /// All words of all instructions; nil: any.
  let vocabulary: Set<String>?
  /// Whether seeds and motion are those of the toy world.
  let isTabletop: Bool

  static let tabletop = DataRules(
    space: .tabletop, stateNames: (0..<4).map { "proprioception \($0)" },
    movingActions: [0, 1, 2, 6], movingState: [0, 1, 2], frozenSteps: 6, allowsRest: false,
    stillSteps: 3, motion: Array(repeating: 0.02, count: 3) + Array(repeating: .infinity, count: 4),
    gripperIsSwitch: true, jumps: [0.6, 0.6, 0.6, .infinity], workspace: -0.3...1.5,
    vocabulary: Set(TabletopTask.words), isTabletop: true)
}

extension DataRules {
  /// The rules of a robot that recorded these `episodes`.
  ///
  /// - Parameter areTargets: the actions say where to go, not how far. A robot that stands still may
  ///   have any such action, and repeats it.
  init(
    _ space: ActionSpace, stateNames: [String], areTargets: Bool, _ episodes: [RecordedEpisode]
  ) {
    let isArm = space.mask
    // In a task that needs no gripper it does not move.
    func isGripper(_ name: String) -> Bool {
      ["grip", "finger", "opening"].contains { name.lowercased().contains($0) }
    }
    let largest = space.dimensions.indices.map { d in
      episodes.flatMap(\.actions).reduce(0) { max($0, abs($1[d])) }
    }
    self.init(
      space: space, stateNames: stateNames,
      movingActions: isArm.indices.filter { isArm[$0] },
      movingState: stateNames.indices.filter { !isGripper(stateNames[$0]) },
      frozenSteps: areTargets ? .max : 10, allowsRest: true,
      stillSteps: areTargets ? .max : 5,
      motion: isArm.indices.map { isArm[$0] ? 0.1 * largest[$0] : .infinity },
      gripperIsSwitch: false,
      jumps: stateNames.indices.map { d in
        Self.jump(episodes.map { $0.state.map { $0[d] } })
      }, workspace: nil, vocabulary: nil, isTabletop: false)
  }

  /// A change in one step that no undamaged episode has: ten times the 99th percentile of all changes,
  /// and a fifth of the range.
  private static func jump(_ columns: [[Float]]) -> Float {
    let changes = columns.flatMap { zip($0, $0.dropFirst()).map { abs($1 - $0) } }.sorted()
    guard changes.count >= 100, let low = columns.joined().min(), let high = columns.joined().max()
    else { return .infinity }
    return max(10 * changes[changes.count * 99 / 100], 0.2 * (high - low))
  }

  /// Whether a robot may repeat `action`: it rests, or a dimension is at its bound.
  func isRest(_ action: [Float]) -> Bool {
    let arm = movingActions.map { (action[$0], space.dimensions[$0].bounds) }
    return arm.allSatisfy { $0.0 == 0 }
      || arm.contains { $0.0 <= $0.1.lowerBound || $0.0 >= $0.1.upperBound }
  }
}
