// Lesson 13 · FAST action tokens
// About 2 s on 2 cores.

import Blackboard
import Foundation
import NanoVLA
import Tabletop
import Tensors
import VLMs

let idea = """
  Bins (lesson 4) need one token for each number, 56 for a chunk of eight actions, though a smooth
  motion hardly changes from step to step. FAST transforms the chunk to frequencies (DCT), rounds,
  and merges frequent sequences of coefficients with byte-pair encoding. The aha: smooth motion is
  a few low frequencies, so a whole chunk fits into a few tokens.
  """

// Knobs: change one, run again.
let chunk = 8  // T, steps that are encoded together
let vocabulary = 1024  // the largest number of tokens
let scale = 10.0  // coefficients are multiplied by it and rounded; larger is more precise
let bins = 32  // of the tokenizer to compare with
let shownDemonstration = 3  // of 100
let shownStep = 2  // of its time steps
let freshSeeds: Range<UInt64> = 500..<600  // of new demonstrations, which FAST did not learn from

Lesson.run(13, "FAST action tokens", idea: idea) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let statistics = try ActionStatistics.bundled()
  func chunks(_ demonstration: Demonstration) throws -> [[NormalizedAction]] {
    let actions = try demonstration.actions.map { try statistics.normalized(RobotAction($0)) }
    return FASTTokenizer.chunks(of: actions, steps: chunk)  // one from each time step on
  }

  lesson.heading("From a chunk to tokens")
  let fast = try FASTTokenizer(
    trainedOn: demonstrations.flatMap(chunks), vocabulary: vocabulary, scale: scale)
  let shown = demonstrations[shownDemonstration]
  let motion = try chunks(shown)[shownStep]
  let coefficients = try fast.coefficients(of: motion)  // [T, A]
  let symbols = try fast.symbols(of: motion)  // T·A
  let tokens = try fast.encode(motion)
  let decoded = try fast.decode(tokens)
  func tensor(_ rows: [[Float]]) -> Tensor {
    Tensor(rows.flatMap { $0 }, shape: [rows.count, rows[0].count])
  }
  lesson.trace("the chunk from step \(shownStep) of “\(shown.instruction)”") {
    _ = tensor(motion.map(\.values)).traced("chunk", "normalized actions")
    _ = tensor(coefficients.map { $0.map(Float.init) }).traced("coefficients", "DCT over time")
    _ = tensor([symbols.map(Float.init)]).traced("symbols", "low frequencies of all numbers first")
    _ = tensor([tokens.map(Float.init)]).traced("tokens", "merged by byte-pair encoding")
    _ = tensor(decoded.map(\.values)).traced("decoded", "the inverse of all steps")
  }
  func numbers(_ values: some Sequence<Float>) -> String {
    values.map { Terminal.signed($0) }.joined(separator: " ")
  }
  lesson.say("dx, step by step: \(numbers(motion.map { $0.values[0] }))")
  lesson.say("its coefficients, times \(scale) and rounded: \(coefficients.map { $0[0] })")
  lesson.say("decoded: \(numbers(decoded.map { $0.values[0] }))")
  lesson.say("all \(symbols.count) numbers as tokens: \(tokens)")
  let steps = (0..<chunk).map(Double.init)
  func curve(_ name: String, _ actions: [NormalizedAction]) -> LineChart.Curve {
    .init(name, zip(steps, actions).map { ($0, Double($1.values[0])) }, showsPoints: true)
  }
  try lesson.chart(
    LineChart(
      "dx of one chunk, before and after FAST", x: Axis("time (steps)", 0...Double(chunk - 1)),
      y: Axis("dx (normalized units)", -1.1...1.1),
      [curve("original", motion), curve("decoded", decoded)]), as: "fast-dx.png")

  lesson.heading("Experiment: smooth against shuffled motions")
  let motions = try freshSeeds.compactMap { Demonstration.record(suite: .object, seed: $0) }
    .flatMap(chunks)
  var random = SeededRandom(seed: lesson.seed)
  let shuffled = motions.map { random.shuffled($0) }
  let tokenizer = ActionTokenizer(bins: bins, vocabulary: bins)
  let trips = [
    (
      "bins\(bins)", "\(bins) bins",
      try RoundTrip(
        of: motions, encode: { try $0.flatMap(tokenizer.encode) },
        decode: { ids in
          stride(from: 0, to: ids.count, by: fast.dimensions).map {
            tokenizer.decode(Array(ids[$0..<$0 + fast.dimensions]))
          }
        })
    ),
    ("fast", "FAST", try RoundTrip(of: motions, in: fast)),
    ("jumbled", "FAST, steps shuffled", try RoundTrip(of: shuffled, in: fast)),
  ]
  for (name, _, trip) in trips {
    lesson.keep("tokens_\(name)", trip.tokens)
    lesson.keep("rms_\(name)", trip.rms)
    lesson.keep("maxError_\(name)", trip.maximumError)
  }
  lesson.say("\(motions.count) new chunks of \(chunk) steps, encoded and decoded:")
  lesson.table(
    columns: ["", "tokens per chunk", "RMS error", "maximum"],
    rows: trips.map { [$1, $2.tokens, $2.rms, $2.maximumError] })
  let (smooth, jumbled) = (trips[1].2.tokens, trips[2].2.tokens)
  lesson.say(
    smooth < jumbled
      ? "The same actions in random order have high frequencies and take "
        + "\(Terminal.number(jumbled / smooth)) times as many tokens: FAST compresses smoothness, not "
        + "actions. Expected with the settings above: 6 to 9 tokens in order."
      : "Shuffled steps take no more tokens here: are high frequencies rounded away?")

  lesson.finish(
    readNext: [
      "Sources/VLMs/FAST/FASTTokenizer.swift",
      "Sources/VLMs/FAST/DiscreteCosineTransform.swift",
      "Sources/VLMs/FAST/BytePairEncoding.swift",
    ],
    tryThis: [
      "chunk = 4, then 16: how many tokens does FAST take per step?",
      "scale = 2, then 50: what happens to the error, and what to the number of tokens?",
      "Exercise: train FAST on shuffled chunks instead (`random.shuffled` in `trainedOn:`). How many "
        + "tokens do smooth motions take now? (More than before: the merges are those of other data.)",
    ])
}
