import Files
import Foundation
import Tensors

/// The hybrid head: regression for the pose, classification for the gripper.
///
/// A pose is continuous, and bins would add a quantization error; a gripper is a switch, and half
/// closed is never right. So each gets the loss that fits it: the absolute error for the pose, and
/// for each gripper the cross-entropy of the two classes open and closed.
///
/// - Letters: N samples, S state numbers, K steps, A action dimensions, G grippers, F hidden.
/// - Reference: Mandlekar et al., "What Matters in Learning from Offline Human Demonstrations"
///   (2021), on the gripper as a separate command.
public final class HybridHead: ActionHead {
  public static let kind = "hybrid"
  public struct Configuration: Codable, Equatable, Sendable {
    public var hidden: Int  // F
    public init(hidden: Int = 128) { self.hidden = hidden }
  }
  public let configuration: Configuration
  public let encoder: ChunkEncoder
  public let pose: Linear  // F → A; its outputs for the grippers are not used
  public let switches: Linear  // F → G·2, open and closed
  public let space: ActionSpace

  public init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    let (F, G) = (configuration.hidden, place.space.grippers.count)
    (self.configuration, space) = (configuration, place.space)
    guard G > 0 else {
      fatalError("HybridHead: no dimension of \(space.dimensions.map(\.name)) is a gripper")
    }
    encoder = ChunkEncoder(inputs: place.inputs, chunk: place.chunk, hidden: F, using: &random)
    pose = .smallInitialization(inputs: F, outputs: space.count, using: &random)
    switches = .smallInitialization(inputs: F, outputs: 2 * G, using: &random)
  }

  public static func validationError(_: Configuration, in place: HeadContext) -> PartError? {
    place.space.grippers.isEmpty
      ? PartError("kind", "a hybrid head needs an action space with a gripper") : nil
  }

  public var chunk: Int { encoder.steps.count }
  public var dimensions: Int { space.count }

  /// [N, S] → the pose [N, K, A] and the grippers' logits [N, K, G, 2].
  public func callAsFunction(_ state: Tensor) -> (pose: Tensor, switches: Tensor) {
    let hidden = encoder(state)  // [N, S] → [N, K, F]
    let logits = switches(hidden)  // [N, K, F] → [N, K, G·2]
      .reshaped([state.dim(0), chunk, space.grippers.count, 2])  // [N, K, G·2] → [N, K, G, 2]
      .traced("switches", "a logit for open, a logit for closed")
    return (pose(hidden).traced("pose", "predicted directly"), logits)  // [N, K, F] → [N, K, A]
  }

  /// The pose's mean absolute error plus the grippers' cross-entropy.
  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    let (pose, switches) = self(state)
    let classification = crossEntropy(
      switches.reshaped([-1, 2]),  // [N, K, G, 2] → [N·K·G, 2]
      targets: classes(expert.actions),
      weights: expert.weights.values.flatMap { Array(repeating: $0, count: space.grippers.count) })
    return poseError(pose - expert.actions, expert) + classification
  }

  /// The pose's mean |a| + ln 2: it predicts about 0, and open as often as closed.
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float {
    poseError(expert.actions, expert).item + log(2)
  }

  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor {
    let (pose, switches) = self(state)
    return switched(pose, switches.argmax())  // [N, K, A], N·K·G → [N, K, A]
  }

  public func quantized(_ actions: Tensor) -> Tensor { switched(actions, classes(actions)) }

  /// `actions` with every gripper fully open (class 0) or fully closed (class 1).
  private func switched(_ actions: Tensor, _ classes: [Int]) -> Tensor {
    let convention = space.gripperConvention
    var values = actions.values
    for (index, chosen) in zip(gripperIndices(actions), classes) {
      values[index] = chosen == 1 ? convention.closed : convention.open
    }
    return Tensor(values, shape: actions.shape)
  }

  /// The class of every gripper in a row-major [N, K, A]: N·K·G numbers.
  private func classes(_ actions: Tensor) -> [Int] {
    let values = actions.values
    return gripperIndices(actions).map { space.gripperConvention.isClosed(values[$0]) ? 1 : 0 }
  }

  private func gripperIndices(_ actions: Tensor) -> [Int] {
    stride(from: 0, to: actions.count, by: space.count).flatMap { first in
      space.grippers.map { first + $0 }
    }
  }

  /// The mean absolute error over all dimensions except the grippers.
  private func poseError(_ difference: Tensor, _ expert: ActionChunks) -> Tensor {
    let isPose = Tensor(space.mask.map { $0 ? 1 : 0 }, shape: [space.count])
    let poses = max(1, space.count - space.grippers.count)  // a space of grippers only has error 0
    let share = Float(poses) / Float(space.count)
    return expert.mean(of: difference.abs() * isPose) * (1 / share)
  }
}
