import Files
import NanoVLA
import Tensors

/// An action head whose output is misread: the gripper's sign, or the bins by one.
///
/// - Letters: N samples, S state numbers, K steps, A action dimensions.
public final class FaultyHead: ActionHead {
  public static let kind = "faultyHead"
  public struct Configuration: Codable, Equatable, Sendable {
    public var head: ActionHeadKind
    public var fault: Fault
  }
  public let configuration: Configuration
  public let head: any ActionHead
  private let grippers: [Int]

  /// `head`, whose output for `space` is misread.
  public init(_ head: any ActionHead, _ fault: Fault, for space: ActionSpace) {
    configuration = Configuration(head: ActionHeadKind(PartDescription(of: head)), fault: fault)
    (self.head, grippers) = (head, space.grippers)
  }

  public init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    self.configuration = configuration
    head = configuration.head.head(for: place, using: &random)
    grippers = place.space.grippers
  }

  public var chunk: Int { head.chunk }
  public var dimensions: Int { head.dimensions }

  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor { head.loss(state, expert, using: &random) }

  public func expectedInitialLoss(_ expert: ActionChunks) -> Float {
    head.expectedInitialLoss(expert)
  }

  public func quantized(_ actions: Tensor) -> Tensor { head.quantized(actions) }

  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor {
    let actions = head.actions(for: state, using: &random)  // [N, S] → [N, K, A]
    let values = actions.values.enumerated().map { index, value in
      switch configuration.fault {
      case .gripperSign: grippers.contains(index % dimensions) ? -value : value
      // One token too far: each number is read as the next smaller one.
      case .offByOneToken: max(value - width, -1)
      default: value
      }
    }
    return Tensor(values, shape: actions.shape)
  }

  /// Of a bin; of OpenVLA's 256 if the head has none.
  private var width: Float { 2 / Float(((head as? TokenHead)?.bins ?? 256) - 1) }
}
