import NanoVLA

/// How well a VLM is suited as a robot policy, as points with their reasons.
///
/// The score orders VLMs; it does not predict a success rate. Each capability that a policy needs and
/// the VLM already has gives points; training must add the rest to 100. Only capabilities count, so
/// your own VLM is scored as a published one. The bands are quoted from the original nanoVLA, and the
/// systems that it names lie inside them.
public struct CompatibilityReport: Sendable, Equatable {
  /// One capability and its points.
  public struct Item: Sendable, Equatable, Encodable {
    public let reason: String
    public let points: Int
  }

  /// The VLM's name.
  public let name: String
  /// The number of action dimensions of the robot.
  public let actionDim: Int
  /// The capabilities that were scored.
  public let items: [Item]
  /// The kind of VLM.
  public let kind: VLMKind
  /// The strategy that ``TransferPlan`` chooses for these capabilities.
  public let strategy: TransferStrategy

  /// The sum of all points, 0…100.
  public var score: Int { items.reduce(0) { $0 + $1.points } }
  /// One sentence per item.
  public var reasons: [String] { items.map { "\($0.reason): \($0.points) points" } }
  /// The scores that the original nanoVLA quotes for this kind and 7 dimensions; nil if none.
  public var quotedBand: ClosedRange<Int>? { kind.quotedBand }

  init(name: String, capabilities: VLMCapabilities, actionDim: Int) {
    (self.name, self.actionDim) = (name, actionDim)
    kind = VLMKind(capabilities)
    strategy = TransferPlan(for: capabilities).strategy
    items = Self.items(capabilities, actionDim: actionDim)
  }

  private static func items(_ has: VLMCapabilities, actionDim: Int) -> [Item] {
    func item(_ holds: Bool, _ points: Int, _ yes: String, else no: String) -> Item {
      Item(reason: holds ? yes : no, points: holds ? points : 0)
    }
    return [
      Item(reason: "it sees images and reads words", points: 50),
      item(
        has.jointPretraining, 15, "vision and language were trained together",
        else: "vision and language were trained separately"),
      item(
        has.languageModel, 12, "its language model generates text, so actions can be tokens",
        else: "it has no language model that generates text"),
      item(
        has.instructionTuned, 10, "it was tuned to follow instructions",
        else: "it was not tuned to follow instructions"),
      actions(has.nativeActions, actionDim),
    ]
  }

  private static func actions(_ isNative: Bool, _ wanted: Int) -> Item {
    guard isNative else {
      return Item(
        reason: "it was not trained on actions: all \(wanted) dimensions are new", points: 0)
    }
    guard wanted == nativeDimensions else {
      return Item(
        reason: "it predicts actions, but of \(nativeDimensions) dimensions, not \(wanted)",
        points: 5)
    }
    return Item(reason: "it predicts all \(wanted) dimensions of an action", points: 13)
  }

  /// Translation, rotation and gripper of one arm, as in Open X-Embodiment, the data of most VLAs.
  static let nativeDimensions = 7
}

/// The kinds of VLMs by their training, as in the original nanoVLA.
public enum VLMKind: String, Sendable, CaseIterable {
  case nativeVLA = "native VLA"
  case instructionVLM = "instruction VLM"
  case foundationVLM = "foundation VLM"
  case general = "general vision-language"
  case efficient = "efficient VLM"

  init(_ has: VLMCapabilities) {
    if has.nativeActions {
      self = .nativeVLA
    } else if !has.jointPretraining || !has.languageModel {
      self = .general
    } else if has.efficient {
      self = .efficient
    } else {
      self = has.instructionTuned ? .instructionVLM : .foundationVLM
    }
  }

  /// The scores in the original nanoVLA's README; it has none for efficient VLMs.
  public var quotedBand: ClosedRange<Int>? {
    switch self {
    case .nativeVLA: 95...100
    case .instructionVLM: 80...95
    case .foundationVLM: 70...85
    case .general: 50...70
    case .efficient: nil
    }
  }
}
