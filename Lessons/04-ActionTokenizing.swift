// Lesson 4 · Action tokenizing
// About 1 s on 2 cores.

import Blackboard
import Foundation
import NanoVLA
import Tabletop
import Tensors

let idea = """
  A robot action is seven numbers; a language model chooses among tokens. So we normalize each
  number to [−1, 1], divide this range into bins, and let a token stand for each bin. A policy then
  predicts a probability for every bin and learns with cross-entropy. The aha: control becomes
  classification; the quantization error is at most half a bin.
  """

// Knobs: change one, run again.
let bins = 32  // B, of the action that is shown and of the head
let binCounts = [4, 8, 16, 32, 64, 128, 256]  // to compare; each at least 2
let shownDemonstration = 3  // of 100
let shownStep = 2  // of its time steps
let freshSeeds: Range<UInt64> = 500..<600  // of new demonstrations, to measure the error on

Lesson.run(4, "Action tokenizing", idea: idea) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let statistics = try ActionStatistics.bundled()
  let space = ActionSpace.tabletop
  let tokenizer = ActionTokenizer(bins: bins, vocabulary: bins)
  func normalized(_ demonstration: Demonstration) throws -> [NormalizedAction] {
    try demonstration.actions.map { try statistics.normalized(RobotAction($0)) }
  }

  lesson.heading("From actions to the loss")
  let shown = demonstrations[shownDemonstration]
  let (T, A) = (shown.actions.count, space.count)
  func tensor(_ rows: [[Float]]) -> Tensor { Tensor(rows.flatMap { $0 }, shape: [rows.count, A]) }
  let actions = try normalized(shown)
  let (ids, classes) = try (actions.map(tokenizer.encode), actions.map(tokenizer.classes))
  let state = Tensor(shown.proprioception.flatMap { $0 }, shape: [T, 4])
  var random = SeededRandom(seed: lesson.seed)
  let head = TokenHead(
    .init(bins: bins), for: .init(inputs: 4, chunk: 1, space: space), using: &random)
  let loss = withoutGradient {
    lesson.trace("the \(T) actions of “\(shown.instruction)”") {
      _ = tensor(shown.actions).traced("actions", "in robot units")
      _ = tensor(actions.map(\.values)).traced("normalized", "by q01 and q99 of the demonstrations")
      _ = tensor(ids.map { $0.map(Float.init) }).traced("token ids", "the bin of each number")
      _ = state.traced("state", "here only proprioception; lesson 5 adds image and instruction")
      let logits = head(state).reshaped([-1, bins])  // [T, 4] → [T, 1, A, B] → [T·A, B]
      return crossEntropy(logits, targets: classes.flatMap { $0 })  // → one number
        .traced("loss", "cross-entropy of the expert's bins")
    }
  }
  lesson.result("firstLoss", loss.item, "cross-entropy of an untrained head")
  lesson.result("lnBins", log(Float(bins)), "ln(\(bins)): all bins have the same probability")

  lesson.heading("One action, encoded and decoded")
  let decoded = try statistics.robotAction(tokenizer.decode(ids[shownStep])).values
  let (robot, normal, tokens) = (shown.actions[shownStep], actions[shownStep], ids[shownStep])
  lesson.table(
    columns: ["", "robot units", "normalized", "token", "decoded"],
    rows: space.dimensions.enumerated().map { a, dimension in
      [dimension.name, robot[a], normal.values[a], tokens[a], decoded[a]]
    })
  lesson.say(
    "The wrist never rotates, so its range is empty: 0 is decoded as the center beside it.")

  try lesson.histograms(
    "Each step is one bin: dx of all demonstrations", Axis("dx (normalized)", -1...1),
    bins: bins - 1,
    [("dx", demonstrations.flatMap(normalized).map { $0.values[0] })], as: "bins.png")

  lesson.heading("The tokens of OpenVLA")
  let openVLA = ActionTokenizer()  // 256 bins: the last of Llama's 32,000 tokens
  let extremes = try openVLA.encode(NormalizedAction([-1, 0, 1]))
  lesson.result("openVLALow", Double(extremes[0]), "the token for -1")
  lesson.result("openVLAMiddle", Double(extremes[1]), "the token for 0")
  lesson.result("openVLAHigh", Double(extremes[2]), "the token for 1")
  lesson.result("edge", openVLA.decode(extremes).values[2], "+1, decoded: it shares the last bin")

  lesson.heading("Experiment: the quantization error")
  let fresh = try freshSeeds.compactMap { Demonstration.record(suite: .object, seed: $0) }
    .flatMap(normalized)
  let measured = try binCounts.map { bins in
    let errors = try ActionTokenizer(bins: bins, vocabulary: bins).errors(of: fresh)
    let meanSquare = errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
    return (bins: bins, rms: meanSquare.squareRoot(), maximum: errors.max() ?? 0)
  }
  binCounts.forEach { lesson.keep("tokens_bins\($0)", Double(fresh[0].count)) }
  lesson.table(
    columns: ["bins", "RMS error", "maximum", "half a bin"],
    rows: measured.map { bins, rms, maximum in
      [bins, lesson.keep("rms_bins\(bins)", rms), lesson.keep("maxError_\(bins)", maximum)]
        + [1 / Double(bins - 1)]
    })
  lesson.say(
    measured.allSatisfy { $0.maximum <= 1 / Double($0.bins - 1) + 1e-6 }
      ? "The maximum is half a bin, 1/(B − 1), for every B: bins trade precision for examples per bin."
      : "A maximum above half a bin, 1/(B − 1), is a bug: compare `encode` and `decode`.")
  try lesson.chart(
    LineChart(
      "Quantization error of new actions", x: "bins (log2 B)", y: "error (normalized units)",
      [
        .init("maximum", measured.map { (log2(Double($0.bins)), $0.maximum) }, showsPoints: true),
        .init("RMS", measured.map { (log2(Double($0.bins)), $0.rms) }, showsPoints: true),
      ]), as: "quantization.png")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/4-Actions/ActionTokenizer.swift",
      "Sources/NanoVLA/4-Actions/ActionStatistics.swift",
    ],
    tryThis: [
      "bins = 4: how far is the decoded dx from the original? The gripper grasps within 0.1.",
      "shownDemonstration = 40: which tokens stay the same in every action, and why?",
      "Exercise: in ActionTokenizer, let `center` return the lower edge of a bin instead of the "
        + "middle. Solved if the maximum is a whole bin. (Tests: --filter ActionTokenizerTests.)",
    ],
    theFieldCallsIt: "discretization, quantile normalization, action tokens (RT-2, OpenVLA)")
}
