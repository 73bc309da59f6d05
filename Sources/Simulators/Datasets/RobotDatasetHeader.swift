import Files
import Foundation
import NanoVLA
import Runs

/// What is true of all episodes of a dataset: the file dataset.json.
public struct RobotDatasetHeader: Sendable, Equatable {
  /// The key of the dataset's statistics, "metaworld".
  public var name: String
  /// What each action number means, the gripper's convention and the control rate.
  public var space: ActionSpace
  /// What the action numbers are measured from.
  public var actions: ActionKind
  /// S names of the numbers of the state.
  public var stateNames: [String]
  /// Width and height of every frame, in pixels; nil before the first episode.
  public var imageSize: ImageSize?
  /// L, the number of true positions of each step.
  public var positionCount: Int

  /// Width and height, in pixels.
  public struct ImageSize: Sendable, Equatable, Codable, CustomStringConvertible {
    public var width, height: Int
    /// A size in pixels.
    public init(width: Int, height: Int) { (self.width, self.height) = (width, height) }
    /// "64×48"
    public var description: String { "\(width)×\(height)" }
  }

  public init(
    name: String, space: ActionSpace, actions: ActionKind = .delta, stateNames: [String],
    imageSize: ImageSize? = nil, positionCount: Int = 0
  ) {
    (self.name, self.space, self.actions) = (name, space, actions)
    (self.stateNames, self.imageSize) = (stateNames, imageSize)
    self.positionCount = positionCount
  }

  static let fileName = "dataset.json"
  /// The header's name while episodes are still recorded.
  static let unfinishedName = "recording.json"

  /// The header that the first episode of a dataset completes.
  func completed(by episode: RobotEpisode) -> RobotDatasetHeader {
    guard imageSize == nil, let frame = episode.frames.first else { return self }
    var header = self
    header.imageSize = ImageSize(width: frame.width, height: frame.height)
    header.positionCount = episode.positions.first?.count ?? 0
    return header
  }

  /// What `other` says differently: "name pusht for metaworld".
  func differences(from other: RobotDatasetHeader) -> [String] {
    func difference<Value: Equatable>(_ what: String, _ ours: Value, _ theirs: Value) -> [String] {
      ours == theirs ? [] : ["\(what) \(theirs) for \(ours)"]
    }
    var found = difference("name", name, other.name) + difference("actions", actions, other.actions)
    do throws(ActionError) { try space.check(matches: other.space) } catch {
      if case .otherSpace(let differences) = error { found += differences }
    }
    found += difference("state", stateNames, other.stateNames)
    guard let imageSize, let theirs = other.imageSize else { return found }
    return found + difference("image size", imageSize, theirs)
      + difference("number of positions", positionCount, other.positionCount)
  }
}

extension RobotDatasetHeader: Codable {
  private enum CodingKeys: CodingKey {
    case format, name, actionSpace, actions, stateNames, imageSize, positionCount
  }
  private static let format = 1

  /// - Throws: `DecodingError` with what is wrong: a later format, too many or unnamed numbers.
  public init(from decoder: any Decoder) throws {
    func refuse(_ reason: String) -> DecodingError {
      .dataCorrupted(.init(codingPath: [], debugDescription: reason))
    }
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let format = try values.decode(Int.self, forKey: .format)
    guard format == Self.format else {
      throw refuse("format \(format) is not \(Self.format), which this version reads")
    }
    self.init(
      name: try values.decode(String.self, forKey: .name),
      space: try values.decode(ActionSpace.self, forKey: .actionSpace),
      actions: try values.decode(ActionKind.self, forKey: .actions),
      stateNames: try values.decode([String].self, forKey: .stateNames),
      imageSize: try values.decodeIfPresent(ImageSize.self, forKey: .imageSize),
      positionCount: try values.decode(Int.self, forKey: .positionCount))
    if let fault { throw refuse(fault) }
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(Self.format, forKey: .format)
    try values.encode(name, forKey: .name)
    try values.encode(space, forKey: .actionSpace)
    try values.encode(actions, forKey: .actions)
    try values.encode(stateNames, forKey: .stateNames)
    try values.encodeIfPresent(imageSize, forKey: .imageSize)
    try values.encode(positionCount, forKey: .positionCount)
  }

  /// Why no dataset can have this header; nil if one can.
  var fault: String? {
    func isBad(_ text: String) -> Bool { text.isEmpty || text.utf8.count > 200 }
    if isBad(name) { return "the name has \(name.utf8.count) bytes, 1 to 200 are allowed" }
    guard Limits.actionDimensions.contains(space.count) else {
      return
        "\(space.count) action dimensions; there are 1 to \(Limits.actionDimensions.upperBound)"
    }
    guard stateNames.count <= Limits.stateNumbers, 0...Limits.stateNumbers ~= positionCount else {
      return "\(stateNames.count) state numbers, \(positionCount) positions; at most "
        + "\(Limits.stateNumbers) are read"
    }
    if (stateNames + space.dimensions.map(\.name)).contains(where: isBad) {
      return "the name of a dimension has more than 200 bytes or none"
    }
    guard let size = imageSize else { return nil }
    let fits = Limits.imageSize.contains(size.width) && Limits.imageSize.contains(size.height)
    return fits ? nil : "\(size) pixels; a side has 1 to \(Limits.imageSize.upperBound)"
  }
}
