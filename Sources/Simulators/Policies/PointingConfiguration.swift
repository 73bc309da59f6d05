import Files
import Foundation
import NanoVLA
import Tensors

/// The sizes, the vocabulary and the scales of a ``PointingBackbone``, as a policy's folder holds them.
public struct PointingConfiguration: Codable, Sendable, Equatable {
  /// The side of the square image, in pixels, a multiple of 8.
  public var imageSize = 64
  /// c, the channels of the fine map; even.
  public var channels = 32
  /// D, the width of every token; a multiple of 4 and of ``heads``, the attention heads of a block.
  public var width = 64, heads = 4
  /// Blocks in which the queries attend to the patches.
  public var depth = 2
  /// The MLP's hidden width, as a multiple of ``width``.
  public var ratio = 2
  /// Q, the number of queries, each of which points at one place.
  public var queries = 4
  /// Length that instructions are padded to, in words.
  public var maximumWords = 16
  /// The words of the dataset's instructions, in the order of their token ids.
  public var vocabulary: [String] = []
  /// The scale of the S numbers of proprioception.
  public var proprioception = Scale()
  /// The scale of the L true positions that it learned to predict; of none without positions.
  public var positions = Scale()

  /// The scale of some numbers: scaled = (number − center) / unit.
  public struct Scale: Codable, Sendable, Equatable {
    public var center: [Float] = [], unit: [Float] = []
    /// The scale of no number.
    public init() {}
    /// Their means and standard deviations; a number that never changes keeps its unit.
    public init(_ statistics: DimensionStatistics) {
      center = statistics.mean
      unit = statistics.std.map { $0 > 1e-6 ? $0 : 1 }
    }
    public var count: Int { center.count }
    /// Numbers in their own units → numbers of a size near 1.
    public func scaled(_ numbers: [Float]) -> [Float] {
      zip(numbers, zip(center, unit)).map { ($0 - $1.0) / $1.1 }
    }
  }

  /// The default sizes, with no vocabulary yet.
  public init() {}

  /// The default sizes, for the instructions, the states and, if `usesPositions`, the true positions
  /// of a dataset.
  /// - Throws: `ActionError` for numbers that are not finite.
  public init(for dataset: RobotDataset, usesPositions: Bool) throws(ActionError) {
    let words = Set(dataset.episodes.map(\.instruction)).sorted().flatMap(WordTokenizer.words)
    vocabulary = words.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    if let frame = dataset.episodes.first?.frames.first { imageSize = frame.width }
    let states = dataset.episodes.flatMap(\.state)
    if states.first?.isEmpty == false {
      proprioception = Scale(try DimensionStatistics(of: states, "state"))
    }
    let positions = usesPositions ? dataset.episodes.flatMap(\.positions) : []
    if positions.first?.isEmpty == false {
      self.positions = Scale(try DimensionStatistics(of: positions, "positions"))
    }
  }

  /// Why no backbone can be built with these sizes; nil if one can.
  var validationError: PartError? {
    let sizes = [
      ("imageSize", imageSize, Limits.imageSize),
      ("channels", channels, 2...Limits.width.upperBound),
      ("width", width, Limits.width), ("heads", heads, Limits.width), ("depth", depth, 1...64),
      ("ratio", ratio, Limits.mlpRatio), ("queries", queries, 1...64),
      ("maximumWords", maximumWords, Limits.words),
      ("vocabulary", vocabulary.count, Limits.vocabulary),
      ("proprioception", proprioception.count, 0...Limits.stateNumbers),
      ("positions", positions.count, 0...Limits.stateNumbers),
      ("imageSize / 8", imageSize / 8, Limits.patchesPerSide),
    ]
    for (name, size, range) in sizes where !range.contains(size) {
      return PartError(name, "\(size) is not in \(range)")
    }
    func isWrong(_ scale: Scale) -> Bool {
      scale.unit.count != scale.count
        || !zip(scale.center, scale.unit).allSatisfy { $0.isFinite && $1.isFinite && $1 > 0 }
    }
    let rules = [
      ("imageSize", imageSize % 8 == 0, "\(imageSize) is not a multiple of 8"),
      ("channels", channels % 2 == 0, "\(channels) is not even"),
      ("width", width % heads == 0 && width % 4 == 0, "not a multiple of 4 and of \(heads) heads"),
      ("proprioception", !isWrong(proprioception), "as many positive units as centers"),
      ("positions", !isWrong(positions), "as many positive units as centers"),
    ]
    return rules.first { !$0.1 }.map { PartError($0.0, $0.2) }
  }
}

extension WordTokenizer {
  /// The words of an instruction, as a tokenizer reads them.
  static func words(of instruction: String) -> [String] {
    instruction.lowercased().split(whereSeparator: \.isWhitespace)
      .map { $0.trimmingCharacters(in: .punctuationCharacters) }.filter { !$0.isEmpty }
  }
}
