import Files
import Foundation
import Images

/// Demonstrations, and the folder that holds them:
///
///     episode-000.png         the T frames of one episode side by side, a film strip
///     demonstrations.jsonl    one line an episode: strip, suite, instruction, seed, actions, …
///
/// The text holds five decimals; numbers that are read are equal to those that were written.
public struct DemonstrationDataset: Sendable, Equatable {
  /// The episodes, in the order of their seeds.
  public var demonstrations: [Demonstration]

  /// A dataset in memory; nothing is written.
  public init(_ demonstrations: [Demonstration]) { self.demonstrations = demonstrations }

  /// The number of frames, and so of actions, of all demonstrations.
  public var frameCount: Int { demonstrations.reduce(0) { $0 + $1.actions.count } }

  /// The JSON-lines file in a dataset's folder.
  public static let fileName = "demonstrations.jsonl"

  /// The 100 demonstrations of the object suite that the package contains.
  ///
  /// - Throws: ``DatasetError`` if the folder is not found or damaged.
  public static func bundled() throws -> DemonstrationDataset {
    try DemonstrationDataset(contentsOf: bundledFolder())
  }

  /// The folder of the bundled demonstrations.
  public static func bundledFolder() throws -> URL {
    try BundledFolder.locate(
      bundle: "nanoVLA_Tabletop", folder: "Demonstrations", source: #filePath)
  }
}
