import Blackboard
import Foundation

/// The report for a reader.
extension EvaluationReport {
  func lines(width: Int) -> [String] {
    let seeds = "seeds \(firstSeed) to \(firstSeed + UInt64(episodes) - 1)"
    var lines = TextTable(
      columns: ["evaluation", suite],
      rows: [
        ["layouts", "\(episodes), \(seeds)"],
        [
          "",
          layoutsAreHeldOut
            ? "held out: no demonstration, practice or pre-training uses them"
            : "NOT held out: a policy may have been trained on them",
        ],
        ["time", "at most \(horizonSteps) steps"], ["[…, …]", "95 % interval, Wilson's"],
      ]
    ).lines(width: width)
    for (index, policy) in policies.enumerated() {
      let name = policies.count == 1 ? "policy" : ["policy A", "policy B"][index]
      lines += [""] + policy.lines(name, width: width)
    }
    if let comparison { lines += [""] + comparison.lines(width: width) }
    if let sheet { lines += [""] + sheet.lines(width: width) }
    return lines
  }
}

extension PolicyReport {
  fileprivate func lines(_ name: String, width: Int) -> [String] {
    var facts = [["folder", folder], ["success", success.text]]
    if let mean = meanStepsOfSuccesses {
      facts.append(["steps", "\(steps(mean)), mean of the successes"])
    }
    var lines = TextTable(columns: [name, "result"], rows: facts).lines(width: width) + [""]
    lines += TextTable(
      columns: ["task", "successes", "of", "rate", "interval", "steps"],
      rows: tasks.map {
        [
          $0.task, "\($0.success.successes)", "\($0.success.episodes)",
          String(format: "%.2f", $0.success.rate), $0.success.interval,
          steps($0.meanStepsOfSuccesses),
        ]
      }
    ).lines(width: width)
    if !failures.isEmpty {
      lines.append("")
      lines += TextTable(
        columns: ["failures", "of \(success.episodes)"],
        rows: failures.map { [$0.ending, "\($0.episodes)"] }
      ).lines(width: width)
    }
    guard let controls else { return lines }
    lines.append("")
    lines += TextTable(
      columns: ["control", "success", "wanted"],
      rows: [
        ["blank image", controls.blankImage.text, "low: looks"],
        ["told another task: does it", controls.otherInstructionDone.text, "high: listens"],
        [
          "told another task: ignores it", controls.otherInstructionOriginalDone.text,
          "low: listens",
        ],
      ]
    ).lines(width: width)
    return lines
  }

  /// Mean steps of the successes; nothing if there are none.
  private func steps(_ mean: Double?) -> String { mean.map { String(format: "%.1f", $0) } ?? "" }
}

extension EvaluationReport.Comparison {
  fileprivate func lines(width: Int) -> [String] {
    let differing = onlyFirst + onlySecond
    let p = mcNemarP < 1e-4 ? "p < 0.0001" : String(format: "p = %.4f", mcNemarP)
    let counts = TextTable(
      columns: ["the same starts", "B succeeds", "B fails"],
      rows: [
        ["A succeeds", "\(both)", "\(onlyFirst)"], ["A fails", "\(onlySecond)", "\(neither)"],
      ])
    let tests = TextTable(
      columns: ["A − B", String(format: "%+.3f", difference)],
      rows: [
        [
          "95 % interval",
          String(
            format: "[%+.3f, %+.3f], Newcombe's method 10 for pairs", differenceLow95,
            differenceHigh95),
        ],
        ["exact McNemar", "\(p), from the \(differing) starts on which they differ"],
        [
          "so",
          mcNemarP >= 0.05
            ? "this may be chance" : "\(difference > 0 ? "A" : "B") is better, most likely",
        ],
      ])
    return counts.lines(width: width) + [""] + tests.lines(width: width)
  }
}

extension EvaluationReport.Sheet {
  fileprivate func lines(width: Int) -> [String] {
    let facts = [
      ["file", file], ["rows", "an episode each, in time from left to right"],
      ["shown", showsDifferences ? "starts on which A and B differ" : "the first of each ending"],
      ["marks", "green: success; red stripes: failure"],
    ]
    let isPair = Set(rows.map(\.policy)).count > 1
    let list = TextTable(
      columns: ["row", "seed"] + (isPair ? ["policy"] : []) + ["instruction", "ending", "steps"],
      rows: rows.map {
        ["\($0.row)", "\($0.seed)"] + (isPair ? [$0.policy] : [])
          + [$0.instruction, $0.ending, "\($0.steps)"]
      })
    return TextTable(columns: ["sheet", "content"], rows: facts).lines(width: width)
      + [""] + list.lines(width: width)
  }
}
