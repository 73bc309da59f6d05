import Images
import NanoVLA
import Tabletop

/// Damage that only shows across episodes.
extension DataDoctor {
  static func all(_ episodes: [Demonstration]) -> [DataFinding] {
    func finding(_ kind: DataFinding.Kind, _ text: String) -> DataFinding {
      DataFinding(kind: kind, place: "all episodes", text: text, episode: nil)
    }
    var found: [DataFinding] = []
    let rows = episodes.flatMap(\.actions)
    for d in [0, 1, 2, 6] where rows.count > 1 && rows.allSatisfy({ $0[d] == rows[0][d] }) {
      let name = ActionSpace.tabletop.dimensions[d].name
      found.append(finding(.noSpread, "\(name) is always \(rows[0][d]): nothing can be learned"))
    }
    let states = episodes.flatMap(\.proprioception)
    for d in 0..<3 where states.count > 1 && states.allSatisfy({ $0[d] == states[0][d] }) {
      found.append(finding(.noSpread, "proprioception \(d) is always \(states[0][d])"))
    }
    let firsts = episodes.map { $0.frames[0] }
    if episodes.count > 2, firsts.allSatisfy({ $0 == firsts[0] }) {
      found.append(finding(.sameImage, "every episode begins with the same image"))
    }
    if Set(episodes.map(\.instruction)).count == 1, Set(episodes.map(\.seed)).count > 20 {
      found.append(finding(.instruction, "one instruction for all: a policy will ignore it"))
    }
    if let (_, text) = Motion(episodes).failure { found.append(finding(.motion, text)) }
    return found + duplicates(episodes)
  }

  /// The episodes of `training` whose layout is also in `heldOut`.
  public static func overlap(
    _ training: [Demonstration], _ heldOut: [Demonstration]
  ) -> [DataFinding] {
    let layouts = Set(heldOut.map { [$0.suite.rawValue, "\($0.seed)"] })
    return training.enumerated().compactMap { index, episode in
      guard layouts.contains([episode.suite.rawValue, "\(episode.seed)"]) else { return nil }
      return DataFinding(
        kind: .overlap, place: "episode \(index)",
        text: "seed \(episode.seed) is in the held-out dataset too", episode: index)
    }
  }

  /// Episodes that repeat an earlier one.
  private static func duplicates(_ episodes: [Demonstration]) -> [DataFinding] {
    var seen: [[[Float]]: Int] = [:]
    var found: [DataFinding] = []
    for (index, episode) in episodes.enumerated() {
      let key = episode.actions + episode.proprioception
      if let first = seen[key], episodes[first].instruction == episode.instruction {
        found.append(
          DataFinding(
            kind: .duplicate, place: "episode \(index)", text: "repeats episode \(first)",
            episode: index))
      } else {
        seen[key] = index
      }
    }
    return found
  }
}

extension RGBImage {
  /// Whether all pixels have one color.
  var isFlat: Bool {
    let first = pixels.prefix(3)
    return stride(from: 3, to: pixels.count, by: 3).allSatisfy { pixels[$0..<$0 + 3] == first }
  }
}
