import Blackboard
import Foundation

/// The report as tables of text.
extension EvaluationReport {
  func lines(width: Int) -> [String] {
    var lines = TextTable(
      columns: ["evaluation", suite],
      rows: [
        ["layouts", layouts],
        [
          "",
          layoutsAreHeldOut
            ? "held out: not used in demonstrations, RL or pre-training"
            : "NOT held out: the policy may have been trained on them",
        ],
        ["horizon", "\(horizonSteps) steps"],
      ] + delayRows + EvaluationSampling.rows(temperature) + [["[…, …]", "95 % Wilson interval"]]
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
      facts.append(["steps", "\(steps(mean)) on average in successful episodes"])
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
    var rows = [["blank image", controls.blankImage.text, "low: uses the image"]]
    if let done = controls.otherInstructionDone {
      rows.append(["other instruction, followed", done.text, "high: uses the text"])
    }
    let original = controls.otherInstructionOriginalDone.text
    rows.append(["other instruction, ignored", original, "low: uses the text"])
    lines += TextTable(columns: ["control", "success", "should be"], rows: rows)
      .lines(width: width)
    return lines
  }

  /// The mean steps of successful episodes; empty if there are none.
  private func steps(_ mean: Double?) -> String { mean.map { String(format: "%.1f", $0) } ?? "" }
}

extension EvaluationReport.Comparison {
  fileprivate func lines(width: Int) -> [String] {
    let differing = onlyFirst + onlySecond
    let p = mcNemarP < 1e-4 ? "p < 0.0001" : String(format: "p = %.4f", mcNemarP)
    let counts = TextTable(
      columns: ["same layouts", "B succeeds", "B fails"],
      rows: [
        ["A succeeds", "\(both)", "\(onlyFirst)"], ["A fails", "\(onlySecond)", "\(neither)"],
      ])
    let tests = TextTable(
      columns: ["A − B", String(format: "%+.3f", difference)],
      rows: [
        [
          "95 % interval",
          String(
            format: "[%+.3f, %+.3f], Newcombe's method 10 for paired rates", differenceLow95,
            differenceHigh95),
        ],
        ["exact McNemar", "\(p), from the \(differing) layouts on which they differ"],
        [
          "conclusion",
          mcNemarP >= 0.05
            ? "no significant difference" : "\(difference > 0 ? "A" : "B") is better (p < 0.05)",
        ],
      ])
    return counts.lines(width: width) + [""] + tests.lines(width: width)
  }
}

extension EvaluationReport.Sheet {
  fileprivate func lines(width: Int) -> [String] {
    let facts = [
      ["file", file], ["rows", "one episode each, time from left to right"],
      [
        "shown",
        showsDifferences ? "layouts on which A and B differ" : "the first successes and failures",
      ],
      ["marks", "green: success; orange-red stripes: failure"],
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
