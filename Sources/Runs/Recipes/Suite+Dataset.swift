import Files
import Tabletop

/// A suite of tasks by the name of its data set, "tabletop_spatial", as configurations, statistics and
/// the tool call it.
extension Suite {
  public var dataset: String { "tabletop_\(rawValue)" }

  /// - Parameter suites: those that there are to choose from.
  /// - Throws: ``RLConfigurationError``; for one of LIBERO's, with what would be needed.
  public init(
    dataset: String, among suites: [Suite] = Suite.allCases
  ) throws(RLConfigurationError) {
    let known = suites.map(\.dataset)
    if let index = known.firstIndex(of: dataset) {
      self = suites[index]
    } else if dataset.hasPrefix("libero") {
      throw .needsSimulator(brief(dataset), known: known)
    } else {
      throw .unknownDataset(brief(dataset), known: known)
    }
  }
}

extension Suite: Codable {}
