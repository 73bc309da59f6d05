import Foundation
import Images
import NanoVLA
import Tabletop

/// A contact sheet of episodes: one row for each episode, its frames from left to right in time.
///
/// The episodes with the lowest seeds are shown, without selection. For one policy, successes stand
/// above failures. For two policies, the sheet shows the layouts on which they differ, policy A above
/// policy B: first those where A succeeded, then those where B did. If they differ on none, the sheet
/// shows the first policy alone.
struct EvaluationSheet {
  /// Two groups (successes, failures) of blocks of rows; a row is a policy's index and its episode.
  private let groups: [[[(policy: Int, episode: Episode)]]]
  private let showsDifferences: Bool
  static let frames = 6
  private static let (enlargement, padding, bar) = (2, 6, 12)
  private static let gray = RGBImage.Color(150, 150, 150)

  /// - Parameter measured: the episodes of one or two policies.
  init(of measured: [[Episode]]) {
    let successes = measured.map { $0.map { $0.ending.isSuccess } }
    let differing = measured[0].indices.filter { i in
      successes.contains { $0[i] != successes[0][i] }
    }
    let isPair = !differing.isEmpty
    showsDifferences = isPair
    groups = [true, false].map { firstSucceeds in
      (isPair ? differing : Array(measured[0].indices))
        .filter { successes[0][$0] == firstSucceeds }.prefix(isPair ? 3 : 4)
        .map { start in
          (isPair ? measured : [measured[0]]).enumerated().map { ($0, $1[start]) }
        }
    }
  }

  /// Writes the sheet and returns the contents of its rows.
  func write(
    to file: URL, _ policies: [VLA], _ rollouts: EvaluationRollouts
  ) throws -> EvaluationReport.Sheet {
    var pictures: [[RGBImage]] = []
    var rows: [EvaluationReport.Sheet.Row] = []
    for group in groups where !group.isEmpty {
      if !pictures.isEmpty { pictures.append([divider(of: pictures[1])]) }
      for (index, block) in group.enumerated() {
        if index > 0, block.count > 1 { pictures.append([gap]) }
        for (policy, episode) in block {
          let recorded = try rollouts.record(policies[policy], seed: episode.seed)
          let entry = EvaluationReport.Sheet.Row(
            row: rows.count + 1, seed: recorded.seed, instruction: recorded.instruction,
            policy: policies.count == 1 ? "policy" : ["A", "B"][policy],
            ending: recorded.ending.name, steps: recorded.steps)
          let frames = row(recorded)
          pictures += [[caption(entry, width: width(for: frames))], frames]
          rows.append(entry)
        }
      }
    }
    try RGBImage.contactSheet(rows: pictures, padding: Self.padding).writePNG(to: file)
    return .init(
      file: file.relativePath, showsDifferences: showsDifferences, rows: rows)
  }

  /// A bar that shows the outcome, then evenly spaced frames from the first to the last.
  private func row(_ episode: Episode) -> [RGBImage] {
    let frames = episode.frames
    let count = min(Self.frames, frames.count)
    let shown = (0..<count).map { i in
      frames[i * (frames.count - 1) / max(count - 1, 1)].enlarged(by: Self.enlargement)
    }
    return [bar(height: shown[0].height, succeeded: episode.ending.isSuccess)] + shown
  }

  /// "3. policy B, pick up the red cup: collision after 12 steps".
  private func caption(_ entry: EvaluationReport.Sheet.Row, width: Int) -> RGBImage {
    let policy = entry.policy == "policy" ? "" : "policy \(entry.policy), "
    return RGBImage(
      text: "\(entry.row). \(policy)\(entry.instruction): \(entry.ending) "
        + "after \(entry.steps) steps", width: width)
  }

  /// Plain green for success, striped orange-red for failure: distinguishable without color vision.
  private func bar(height: Int, succeeded: Bool) -> RGBImage {
    var bar = RGBImage(
      width: Self.bar, height: height, color: succeeded ? .bluishGreen : .vermilion)
    guard !succeeded else { return bar }
    for y in 0..<height where y / 8 % 2 == 1 {
      for x in 0..<Self.bar { bar[x, y] = .init(255, 255, 255) }
    }
    return bar
  }

  /// The width of a full row, even if `row` has fewer frames.
  private func width(for row: [RGBImage]) -> Int {
    Self.bar + Self.frames * (Self.padding + row[1].width)
  }

  private func divider(of row: [RGBImage]) -> RGBImage {
    RGBImage(width: width(for: row), height: 4, color: Self.gray)
  }

  private var gap: RGBImage { RGBImage(width: Self.bar, height: 8) }
}
