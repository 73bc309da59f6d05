import NanoVLA
import Tabletop

/// Damage that only shows across episodes.
extension DataDoctor {
  static func all(
    _ episodes: [RecordedEpisode], _ rules: DataRules, _ motion: Motion?
  ) -> [DataFinding] {
    func finding(_ kind: DataFinding.Kind, _ text: String) -> DataFinding {
      DataFinding(kind: kind, place: "all episodes", text: text, episode: nil)
    }
    var found: [DataFinding] = []
    let rows = episodes.flatMap(\.actions)
    for d in rules.movingActions where rows.count > 1 && rows.allSatisfy({ $0[d] == rows[0][d] }) {
      let name = rules.space.dimensions[d].name
      found.append(finding(.noSpread, "\(name) is always \(rows[0][d]): nothing can be learned"))
    }
    let states = episodes.flatMap(\.state)
    for d in rules.movingState
    where states.count > 1 && states.allSatisfy({ $0[d] == states[0][d] }) {
      found.append(finding(.noSpread, "\(rules.stateNames[d]) is always \(states[0][d])"))
    }
    if episodes.count > 2, Set(episodes.map(\.firstFrame)).count == 1 {
      found.append(finding(.sameImage, "every episode begins with the same image"))
    }
    if rules.isTabletop, Set(episodes.map(\.instruction)).count == 1,
      Set(episodes.map(\.seed)).count > 20
    {
      found.append(finding(.instruction, "one instruction for all: a policy will ignore it"))
    }
    if !rules.isTabletop { found += spellings(episodes).map { finding(.instruction, $0) } }
    if let (_, text) = motion?.failure { found.append(finding(.motion, text)) }
    return found + duplicates(episodes)
  }

  /// Instructions of the same letters: to a tokenizer they are other tasks.
  private static func spellings(_ episodes: [RecordedEpisode]) -> [String] {
    var texts: [String: Set<String>] = [:]
    for instruction in Set(episodes.map(\.instruction)) {
      texts[instruction.lowercased().filter(\.isLetter), default: []].insert(instruction)
    }
    return texts.values.filter { $0.count > 1 }.map { $0.sorted() }.sorted { $0[0] < $1[0] }.map {
      "“\($0[0].prefix(60))” and “\($0[1].prefix(60))” differ in case or punctuation alone"
    }
  }

  /// The name of an initial state: a task, and a seed if there is one.
  public typealias Layout = (task: String, seed: UInt64?)

  /// The episodes of `training` whose initial state is also in `heldOut`.
  public static func overlap(_ training: [Layout], _ heldOut: [Layout]) -> [DataFinding] {
    let layouts = Set(heldOut.compactMap { task, seed in seed.map { "\($0) \(task)" } })
    return training.enumerated().compactMap { index, layout in
      guard let seed = layout.seed, layouts.contains("\(seed) \(layout.task)") else { return nil }
      return DataFinding(
        kind: .overlap, place: "episode \(index)",
        text: "seed \(seed) is in the held-out dataset too", episode: index)
    }
  }

  /// Episodes that repeat an earlier one.
  private static func duplicates(_ episodes: [RecordedEpisode]) -> [DataFinding] {
    var seen: [[[Float]]: Int] = [:]
    var found: [DataFinding] = []
    for (index, episode) in episodes.enumerated() {
      let key = episode.actions + episode.state
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
