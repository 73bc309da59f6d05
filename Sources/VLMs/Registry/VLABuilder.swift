import Foundation
import NanoVLA
import Tensors

/// A policy put together part by part:
///
/// ```swift
/// let dualArm = try VLABuilder()
///   .withVLM("llava", size: .nano)
///   .withActionSpace(dimensions: 12, bounds: Array(repeating: -1...1, count: 12))
///   .withTransferLearning(.adapterLayers)
///   .withFusionStrategy(.crossAttention)
///   .build()
/// ```
/// Each call returns a changed copy; what is not said keeps its default. Nothing is read or built
/// before ``build()``.
public struct VLABuilder: Sendable {
  public enum Size: Sendable {
    /// Small, with random weights: it runs at once and knows nothing.
    case nano
    /// As published, from a Hugging Face folder.
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

  public init() {}

  public func withVLM(_ name: String, size: Size = .nano) -> VLABuilder {
    changed { ($0.vlm, $0.size) = (name, size) }
  }

  /// - Parameter bounds: one range a dimension, in the robot's units; −1 … 1 when left out.
  public func withActionSpace(
    dimensions: Int, bounds: [ClosedRange<Float>]? = nil
  ) -> VLABuilder {
    withActionSpace(ActionSpace(dimensions: dimensions, bounds: bounds))
  }

  public func withActionSpace(_ space: ActionSpace) -> VLABuilder { changed { $0.space = space } }

  /// Of the demonstrations to learn from; without them −1 and 1 are the bounds.
  public func withStatistics(_ statistics: ActionStatistics) -> VLABuilder {
    changed { $0.statistics = statistics }
  }

  /// What the policy says about an action, and for how many steps at once.
  public func withHead(_ head: ActionHeadKind, chunk: Int = 1) -> VLABuilder {
    changed { ($0.head, $0.chunk) = (head, chunk) }
  }

  /// How what was seen meets what was said; without it the VLM's last token tells.
  public func withFusionStrategy(_ fusion: FusionStrategy) -> VLABuilder {
    changed { $0.fusion = fusion }
  }

  /// How it is to learn; without it, as the VLM's capabilities recommend.
  public func withTransferLearning(_ strategy: TransferStrategy) -> VLABuilder {
    changed { $0.strategy = strategy }
  }

  /// The last `length` observations are shown instead of the present alone.
  public func withHistory(_ length: Int) -> VLABuilder { changed { $0.history = length } }

  /// The head is told `[x, y, z, closed]` of its own arm.
  public func withProprioception() -> VLABuilder { changed { $0.usesProprioception = true } }

  /// Of random weights.
  public func withSeed(_ seed: UInt64) -> VLABuilder { changed { $0.seed = seed } }

  /// - Returns: the policy, its backbone frozen; ``VLA/transferPlan`` says how it is to learn, and
  ///   ``TransferLearning`` does so.
  /// - Throws: ``VLMError``, ``ActionError``, and whatever is wrong with a folder's files.
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
    capabilities.parameterCount = vlm.parameterCount  // of this one, which may be a nano
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
