import Files
import Foundation
import NanoVLA

extension VLA {
  /// The change of one size in a folder's config.json with which its weights would fit, such as
  /// "chunk 2 instead of 4"; nil if none does, or if they fit already.
  public static func fittingChange(in folder: URL) -> String? {
    let file = folder.appending(path: configurationFile)
    guard let configuration = try? PolicyConfiguration(contentsOf: file),
      let weights = try? SafetensorsFile(url: folder.appending(path: weightsFile)),
      let all = try? ActionStatistics.readAll(folder.appending(path: statisticsFile)),
      let statistics = all.values.first
    else { return nil }
    func fits(_ configuration: PolicyConfiguration) -> Bool {
      guard let policy = try? VLA(configuration, statistics, file) else { return false }
      let published = policy.publishedNames
      let own = policy.namedParameters.filter { !published.contains($0.name) }
      return own.count <= weights.names.count
        && own.allSatisfy { (try? weights.shape(of: $0.name)) == $0.parameter.shape }
        && weights.names.allSatisfy { name in
          name.contains(".adaptation.") || own.contains { $0.name == name }
        }
    }
    if fits(configuration) { return nil }
    var variants: [(String, PolicyConfiguration)] = []
    func add(_ text: String, _ change: (inout PolicyConfiguration) -> Void) {
      var copy = configuration
      change(&copy)
      variants.append((text, copy))
    }
    for chunk in 1...16 where chunk != configuration.chunk {
      add("chunk \(chunk) instead of \(configuration.chunk)") { $0.chunk = chunk }
    }
    for history in 1...4 where history != configuration.history {
      add("history \(history) instead of \(configuration.history)") { $0.history = history }
    }
    let flag = !configuration.usesProprioception
    add("usesProprioception \(flag) instead of \(!flag)") { $0.usesProprioception = flag }
    if let rows = try? weights.shape(of: "head.output.weight").first,
      let tokens = configuration.head.part.configuration as? TokenHead.Configuration
    {
      let bins = rows / max(1, configuration.actionSpace.count)
      add("bins \(bins) instead of \(tokens.bins)") {
        $0.head = ActionHeadKind(
          PartDescription(TokenHead.self, .init(bins: bins, hidden: tokens.hidden)))
      }
    }
    for (name, head) in ActionHeadKind.known.names.map({ ($0, ActionHeadKind.known[$0]!) }) {
      add("a \(name) head") { $0.head = head }
    }
    return variants.first { fits($0.1) }?.0
  }
}
