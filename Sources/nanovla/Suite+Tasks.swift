import NanoVLA
import Tabletop

extension Suite {
  /// Groups episodes by instruction, in as much detail as leaves about ten episodes in a group. The
  /// `spatial` suite tests relations, so its groups omit the names of objects.
  func grouped(
    _ episodes: [Episode]
  ) -> [(task: String, episodes: [Episode])] {
    let colors = Set(ObjectColor.allCases.map(\.rawValue))
    let shapes = Set(ObjectShape.allCases.map(\.rawValue))
    func rows(without left: Set<String>) -> [String: [Episode]] {
      Dictionary(grouping: episodes) { episode in
        let words = episode.instruction.split(separator: " ").map { word in
          left.contains(String(word)) ? "…" : String(word)
        }
        return words.joined(separator: " ").replacing("… …", with: "…")
      }
    }
    var groups = rows(without: self == .spatial ? colors.union(shapes) : [])
    let isVaried = [.object, .obstacle, .belt].contains(self)  // sixteen objects
    if isVaried, groups.count * 10 > episodes.count { groups = rows(without: colors) }
    return groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
