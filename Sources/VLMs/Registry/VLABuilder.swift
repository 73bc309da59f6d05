import Foundation
import NanoVLA
import Tensors

/// Builds a policy part by part.
///
/// ```swift
/// let dualArm = try VLABuilder()
///   .withVLM("llava", size: .nano)
///   .withActionSpace(dimensions: 12, bounds: Array(repeating: -1...1, count: 12))
///   .withTransferLearning(.adapterLayers)
///   .withFusionStrategy(.crossAttention)
///   .build()
/// ```
/// Each call returns a changed copy; other settings keep their defaults. Nothing is read or built
/// before ``build()``.
public struct VLABuilder: Sendable {
  /// The size of the VLM and the origin of its weights.
  public enum Size: Sendable {
    /// Small, with random weights: it runs at once, untrained.
    case nano
    /// The published size, with the weights in a Hugging Face folder.
    case checkpoint(path: String)
  }

  private var vlm = "llava"
  private var size = Size.nano
  private var space = ActionSpace()
  private var statistics: ActionStatistics?
  private var head: ActionHeadKind?
  private var chunk = 1
  private var history = 1
  private var fusion: FusionStrategy?
  private var strategy: TransferStrategy?
  private var usesProprioception = false
  private var seed: UInt64 = 0

  /// A builder with the defaults: a nano LLaVA, 7 action dimensions, an L1 head.
  public init() {}

  /// The VLM by its name in ``VLMRegistry``.
  public func withVLM(_ name: String, size: Size = .nano) -> VLABuilder {
    changed { ($0.vlm, $0.size) = (name, size) }
  }

  /// The dimensions of the action space.
  /// - Parameter bounds: one range per dimension, in the robot's units; −1 … 1 by default.
  public func withActionSpace(
    dimensions: Int, bounds: [ClosedRange<Float>]? = nil
  ) -> VLABuilder {
    withActionSpace(ActionSpace(dimensions: dimensions, bounds: bounds))
  }

  /// The robot's action space.
  public func withActionSpace(_ space: ActionSpace) -> VLABuilder { changed { $0.space = space } }

  /// The statistics of the demonstrations; by default −1 and 1 are the bounds of the action space.
  public func withStatistics(_ statistics: ActionStatistics) -> VLABuilder {
    changed { $0.statistics = statistics }
  }

  /// The action head, and the number of steps that it predicts at once.
  public func withHead(_ head: ActionHeadKind, chunk: Int = 1) -> VLABuilder {
    changed { ($0.head, $0.chunk) = (head, chunk) }
  }

  /// A fusion of image tokens and prompt; by default the state is the VLM's last hidden state.
  public func withFusionStrategy(_ fusion: FusionStrategy) -> VLABuilder {
    changed { $0.fusion = fusion }
  }

  /// The transfer strategy; by default the one that suits the VLM's capabilities.
  public func withTransferLearning(_ strategy: TransferStrategy) -> VLABuilder {
    changed { $0.strategy = strategy }
  }

  /// The policy reads the last `length` observations; by default only the current one.
  public func withHistory(_ length: Int) -> VLABuilder { changed { $0.history = length } }

  /// The state includes proprioception, `[x, y, z, closed]`.
  public func withProprioception() -> VLABuilder { changed { $0.usesProprioception = true } }

  /// The seed for random weights.
  public func withSeed(_ seed: UInt64) -> VLABuilder { changed { $0.seed = seed } }

  /// Builds the policy.
  /// - Returns: the policy with a frozen backbone; ``TransferLearning`` trains it by
  ///   ``VLA/transferPlan``.
  /// - Throws: ``VLMError``, ``ActionError``, or the error of a file in the folder.
  public func build() throws -> VLA {
    var random = SeededRandom(seed: seed)
    var folder: URL?
    if case .checkpoint(let path) = size { folder = URL(fileURLWithPath: path, isDirectory: true) }
    let entry = try VLMRegistry.shared.entry(for: vlm)
    let vlm = try VLMRegistry.shared.makeVLM(vlm, folder: folder, using: &random)
    let statistics = try statistics ?? ActionStatistics(boundsOf: space)
    let backbone: any Backbone =
      fusion.map { FusedVLM(vlm, $0, using: &random) } ?? vlm
    let policy = try make(on: backbone, statistics, using: &random)
    var capabilities = entry.capabilities
    capabilities.parameterCount = vlm.parameterCount  // of this VLM, which may have nano size
    policy.transferPlan = TransferPlan(for: capabilities, strategy: strategy)
    return policy
  }

  private func make(
    on backbone: some Backbone, _ statistics: ActionStatistics, using random: inout SeededRandom
  ) throws -> VLA {
    try VLA(
      backbone: backbone, space: space, statistics: statistics, head: head ?? .l1, chunk: chunk,
      usesProprioception: usesProprioception, history: history, using: &random)
  }

  private func changed(_ change: (inout VLABuilder) -> Void) -> VLABuilder {
    var copy = self
    change(&copy)
    return copy
  }
}
