// Lesson 13 · FAST action tokens
// About 20 s on 2 cores. It is longer than others since it also trains a head on such tokens.

import Blackboard
import NanoVLA
import Runs
import Tabletop
import Tensors
import VLMs

let idea = """
  Bins (lesson 4) need one token for each number, 56 for a chunk of eight actions, though a smooth
  motion hardly changes from step to step. FAST transforms the chunk to frequencies (DCT), rounds,
  and merges frequent sequences of coefficients with byte-pair encoding. The aha: smooth motion is
  a few low frequencies, so a whole chunk fits into a few tokens. To act, a language model writes
  them; if it may choose only tokens that still fit, no text is malformed.
  """

// Knobs: change one, run again.
let chunk = 8  // T, steps that are encoded together
let vocabulary = 1024  // the largest number of tokens
let scale = 10.0  // coefficients are multiplied by it and rounded; larger is more precise
let bins = 32  // of the tokenizer to compare with
let (shownDemonstration, shownStep) = (3, 2)  // one of 100, and one of its time steps
let freshSeeds: Range<UInt64> = 500..<600  // of new demonstrations, which FAST did not learn from
let texts = 100_000  // written from random logits
let (fastSteps, binSteps) = (1200, 3000)  // batches to learn from
let episodes = 200  // held-out layouts, the same for both heads

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
  let (symbols, tokens) = (try fast.symbols(of: motion), try fast.encode(motion))  // T·A, fewer
  let decoded = try fast.decode(tokens)
  func tensor(_ x: [[Float]]) -> Tensor { Tensor(x.flatMap { $0 }, shape: [x.count, x[0].count]) }
  lesson.trace("the chunk from step \(shownStep) of “\(shown.instruction)”") {
    _ = tensor(motion.map(\.values)).traced("chunk", "normalized actions")
    _ = tensor(coefficients.map { $0.map(Float.init) }).traced("coefficients", "DCT over time")
    _ = tensor([symbols.map(Float.init)]).traced("symbols", "low frequencies of all numbers first")
    _ = tensor([tokens.map(Float.init)]).traced("tokens", "merged by byte-pair encoding")
    _ = tensor(decoded.map(\.values)).traced("decoded", "the inverse of all steps")
  }
  func dx(_ x: [NormalizedAction]) -> [String] { x.map { Terminal.signed($0.values[0]) } }
  lesson.say("dx, step by step: \(dx(motion).joined(separator: " "))")
  lesson.say("its coefficients, times \(scale) and rounded: \(coefficients.map { $0[0] })")
  lesson.say("decoded: \(dx(decoded).joined(separator: " ")), of \(tokens.count) tokens: \(tokens)")
  func curve(_ name: String, _ actions: [NormalizedAction]) -> LineChart.Curve {
    .init(name, (0..<chunk).map { (Double($0), Double(actions[$0].values[0])) }, showsPoints: true)
  }
  try lesson.chart(
    LineChart(
      "dx of one chunk, before and after FAST", x: Axis("time (steps)", 0...Double(chunk - 1)),
      y: Axis("dx (normalized units)", -1.1...1.1),
      [curve("original", motion), curve("decoded", decoded)]), as: "fast-dx.png")

  lesson.heading("Experiment: smooth against shuffled motions")
  let fresh = freshSeeds.compactMap { Demonstration.record(suite: .object, seed: $0) }
  let motions = try fresh.flatMap(chunks)
  var random = SeededRandom(seed: lesson.seed)
  let shuffled = motions.map { random.shuffled($0) }
  let trips = [
    ("bins\(bins)", "\(bins) bins", try RoundTrip(of: motions, in: ActionTokenizer(bins: bins))),
    ("fast", "FAST", try RoundTrip(of: motions, in: fast)),
    ("jumbled", "FAST, steps shuffled", try RoundTrip(of: shuffled, in: fast)),
  ]
  lesson.say("\(motions.count) new chunks of \(chunk) steps, encoded and decoded:")
  lesson.table(
    columns: ["", "tokens per chunk", "RMS error", "maximum"],
    rows: trips.map { key, name, trip in
      [name, lesson.keep("tokens_\(key)", trip.tokens), lesson.keep("rms_\(key)", trip.rms)]
        + [lesson.keep("maxError_\(key)", trip.maximumError)]
    })
  let ratio = trips[2].2.tokens / trips[1].2.tokens  // shuffled to smooth
  lesson.say(
    ratio > 1
      ? "The same actions in random order have high frequencies and take \(Terminal.number(ratio)) "
        + "times as many tokens: FAST compresses smoothness, not actions."
      : "Shuffled steps take no more tokens here: are high frequencies rounded away?")

  lesson.heading("Experiment: \(texts) texts from random logits, decoded")
  let coarse = try FASTTokenizer(  // few tokens, so that each has many examples
    of: demonstrations, normalizedBy: statistics, steps: chunk / 2, vocabulary: 60, scale: 5)
  for (name, isFree) in [("free", true), ("fitting", false)] {
    let malformed = coarse.malformedCount(of: texts, isFree: isFree, using: &random)
    lesson.result("malformed_\(name)", malformed, "malformed, if tokens are \(name)")
  }

  lesson.heading("Two heads, the same demonstrations and \(episodes) held-out layouts")
  func trial(_ kind: ActionHeadKind, steps: Int, weightDecay: Float) throws -> HeadTrial {
    try HeadTrial(
      kind, on: ToyVLM.bundled(), demonstrations, chunk: chunk / 2, steps: steps,
      weightDecay: weightDecay, seed: lesson.seed
    ) { lesson.progress($0, of: steps, kind.part.type.kind) }
  }
  func outcomes(_ trial: HeadTrial) throws -> [Bool] {
    try trial.episodes(episodes, in: .init(), horizon: chunk / 4).map(\.ending.isSuccess)
  }
  let written = try trial(.init(FASTHead.self, .init(coarse)), steps: fastSteps, weightDecay: 1)
  let fitting = try outcomes(written)
  let binned = try trial(.tokens(bins: bins), steps: binSteps, weightDecay: 0.3)
  let pair = PairedComparison(fitting, try outcomes(binned))
  lesson.result("success_fast", pair.first.rate, "success of the FAST head")
  lesson.result("success_bins", pair.second.rate, "success of \(bins) bins")
  lesson.result("pValue", pair.pValue, "p-value, paired: below 0.05, the difference is no chance")
  (written.policy.head as! FASTHead).isFree = true  // malformed: the robot stands still
  lesson.result("success_free", SuccessRate(try outcomes(written)).rate, "FAST, if tokens are free")

  lesson.finish(
    readNext: [
      "Sources/VLMs/FAST/FASTTokenizer.swift", "Sources/VLMs/FAST/DiscreteCosineTransform.swift",
      "Sources/VLMs/FAST/BytePairEncoding.swift", "Sources/VLMs/FAST/FASTHead.swift",
    ],
    tryThis: [
      "scale = 2, then 50: what happens to the error, and what to the number of tokens?",
      "Exercise: train FAST on chunks that a SeededRandom of yours shuffles, `trainedOn: …map { "
        + "mixer.shuffled($0) }`. Solved if smooth motions take more tokens: other merges.",
    ],
    theFieldCallsIt: "discrete cosine transform (DCT), byte-pair encoding (BPE), π0-FAST")
}
