import Foundation
import Tensors

/// The hybrid head: the pose as numbers, the gripper as a choice.
///
/// A pose is continuous, and rounding it to bins only loses; a gripper is a switch, and half closed
/// is never right. So each gets the loss that fits it: the absolute error for the pose, and for every
/// gripper the cross-entropy of two classes, open and closed.
///
/// Letters: N samples, S state numbers, K steps in a chunk, A action dimensions, G grippers among
/// them, F hidden.
///
/// Reference: Mandlekar et al., "What Matters in Learning from Offline Human Demonstrations" (2021),
/// on the gripper as a command of its own.
public final class HybridHead: ActionHead {
  public static let kind = "hybrid"
  public struct Configuration: Codable, Equatable, Sendable {
    /// F
    public var hidden = 128
  }
  public let configuration: Configuration
  public let encoder: ChunkEncoder
  public let pose: Linear  // F → A; its answers for the grippers are not used
  public let switches: Linear  // F → G·2, open and closed
  public let space: ActionSpace

  /// - Parameter space: says which dimensions are grippers, and which number closes one.
  public init(
    inputs: Int, chunk: Int, space: ActionSpace, hidden: Int = 128,
    using random: inout SeededRandom
  ) {
    self.space = space
    configuration = Configuration(hidden: hidden)
    guard !space.grippers.isEmpty else {
      fatalError("HybridHead: no dimension of \(space.dimensions.map(\.name)) is a gripper")
    }
    encoder = ChunkEncoder(inputs: inputs, chunk: chunk, hidden: hidden, using: &random)
    pose = Linear.smallInitialization(inputs: hidden, outputs: space.count, using: &random)
    switches = Linear.smallInitialization(
      inputs: hidden, outputs: 2 * space.grippers.count, using: &random)
  }

  public convenience init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    self.init(
      inputs: place.inputs, chunk: place.chunk, space: place.space, hidden: configuration.hidden,
      using: &random)
  }

  public static func validationError(
    _ configuration: Configuration, in place: HeadContext
  ) -> PartError? {
    place.space.grippers.isEmpty
      ? PartError("kind", "a hybrid head needs an action space with a gripper") : nil
  }

  public var chunk: Int { encoder.steps.count }
  public var dimensions: Int { space.count }

  /// [N, S] → the pose [N, K, A] and the switches' scores [N, K, G, 2].
  public func callAsFunction(_ state: Tensor) -> (pose: Tensor, switches: Tensor) {
    let thought = encoder(state)  // [N, S] → [N, K, F]
    let scores = switches(thought)  // [N, K, F] → [N, K, G·2]
      .reshaped([state.dim(0), chunk, space.grippers.count, 2])  // [N, K, G·2] → [N, K, G, 2]
    return (
      pose(thought).traced("pose", "the numbers themselves"),  // [N, K, F] → [N, K, A]
      scores.traced("switches", "a score for open, a score for closed")
    )
  }

  /// The pose's mean absolute error plus the mean surprise at the expert's grippers.
  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    let (pose, switches) = self(state)
    let surprise = crossEntropy(
      switches.reshaped([-1, 2]),  // [N, K, G, 2] → [N·K·G, 2]
      targets: isClosed(expert.actions).map { $0 ? 1 : 0 },
      weights: expert.weights.values.flatMap { Array(repeating: $0, count: space.grippers.count) })
    return poseError(pose - expert.actions, expert) + surprise
  }

  /// Of a head that answers 0 and finds open and closed equally likely: the pose's mean |a| + ln 2.
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float {
    poseError(expert.actions, expert).item + log(2)
  }

  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor {
    let (pose, switches) = self(state)
    return switched(pose, switches.argmax().map { $0 == 1 })  // [N, K, A], N·K·G → [N, K, A]
  }

  public func rounded(_ actions: Tensor) -> Tensor { switched(actions, isClosed(actions)) }

  /// `actions` with every gripper fully open or fully closed.
  private func switched(_ actions: Tensor, _ isClosed: [Bool]) -> Tensor {
    let convention = space.gripperConvention
    var values = actions.values
    for (place, isClosed) in zip(gripperPlaces(actions), isClosed) {
      values[place] = isClosed ? convention.closed : convention.open
    }
    return Tensor(values, shape: actions.shape)
  }

  /// The mean absolute error over all dimensions but the grippers.
  private func poseError(_ difference: Tensor, _ expert: ActionChunks) -> Tensor {
    let isPose = Tensor(space.mask.map { $0 ? 1 : 0 }, shape: [space.count])
    let poses = max(1, space.count - space.grippers.count)  // a space of grippers only has error 0
    let share = Float(poses) / Float(space.count)
    return expert.mean(of: difference.abs() * isPose) * (1 / share)
  }

  private func isClosed(_ actions: Tensor) -> [Bool] {
    let values = actions.values
    return gripperPlaces(actions).map { space.gripperConvention.isClosed(values[$0]) }
  }

  /// Where in a row-major [N, K, A] the grippers stand: N·K·G places.
  private func gripperPlaces(_ actions: Tensor) -> [Int] {
    stride(from: 0, to: actions.count, by: space.count).flatMap { first in
      space.grippers.map { first + $0 }
    }
  }
}
