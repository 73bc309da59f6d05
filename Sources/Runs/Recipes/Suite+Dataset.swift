import Files
import Tabletop

/// A suite by the name of its dataset, "tabletop_spatial", as in configurations, statistics and the tool.
extension Suite {
  /// The name of its dataset.
  public var dataset: String { "tabletop_\(rawValue)" }

  /// The suite of a dataset.
  /// - Parameter suites: the suites to choose from.
  /// - Throws: ``RLConfigurationError`` for an unknown dataset, and for a simulator's.
  public init(
    dataset: String, among suites: [Suite] = Suite.allCases
  ) throws(RLConfigurationError) {
    let known = suites.map(\.dataset)
    if let index = known.firstIndex(of: dataset) {
      self = suites[index]
    } else if dataset.hasPrefix("libero") || dataset.contains(":") {
      throw .needsSimulator(brief(dataset), known: known)
    } else {
      throw .unknownDataset(brief(dataset), known: known)
    }
  }
}

extension Suite: Codable {}
