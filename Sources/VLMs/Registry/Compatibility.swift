import NanoVLA

/// How much of what a robot policy needs a VLM has learned already, as points with their reasons.
///
/// The score orders VLMs, it predicts no success rate: each thing that it need not learn any more
/// counts, and what remains to 100 is what training has to bring. Only capabilities enter, so a VLM
/// of your own is judged as a published one; the bands are quoted from the original nanoVLA, whose
/// named systems lie inside them.
public struct CompatibilityReport: Sendable, Equatable {
  public struct Item: Sendable, Equatable, Encodable {
    public let reason: String
    public let points: Int
  }

  /// The VLM's name.
  public let name: String
  public let actionDim: Int
  public let items: [Item]
  public let kind: VLMKind
  /// What ``TransferPlan`` chooses for these capabilities.
  public let strategy: TransferStrategy

  /// The sum of all points, 0…100.
  public var score: Int { items.reduce(0) { $0 + $1.points } }
  /// One sentence for each item.
  public var reasons: [String] { items.map { "\($0.reason): \($0.points) points" } }
  /// The scores that the original nanoVLA quotes for this kind and 7 dimensions, if it quotes any.
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
        else: "vision and language meet here for the first time"),
      item(
        has.languageModel, 12, "its language model writes, so actions can be words",
        else: "it has no language model that writes"),
      item(
        has.instructionTuned, 10, "it was tuned to do what it is told",
        else: "it was never tuned to do what it is told"),
      actions(has.nativeActions, actionDim),
    ]
  }

  private static func actions(_ isNative: Bool, _ wanted: Int) -> Item {
    guard isNative else {
      return Item(reason: "it has never acted: all \(wanted) dimensions are new to it", points: 0)
    }
    guard wanted == nativeDimensions else {
      return Item(
        reason: "it acts, but in \(nativeDimensions) dimensions, not in \(wanted)", points: 5)
    }
    return Item(reason: "it says all \(wanted) dimensions of an action itself", points: 13)
  }

  /// Position, rotation and gripper of one arm: all robots of Open X-Embodiment, on which VLAs learn.
  static let nativeDimensions = 7
}

/// What sort of VLM it is, by what it has learned; the sorts are those of the original nanoVLA.
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

  /// As the original nanoVLA's README has it; it quotes none for efficient ones.
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
