// How many examples does a trained VLM need to learn a new word, and what does it forget for it?
//
//   swift run nanovla-lesson notebook ANewWord [--full] [--html word.html]
//
// About 0.5 minutes on 2 cores.

import Blackboard
import Images
import NanoVLA
import Runs
import Tabletop
import Tensors

let question = """
  The toy VLM knows 19 words. It is taught two more: “crimson”, which means what “red” means, and
  “vessel”, which means a cup or a bowl, for which it has no word. A word is one row of the
  embedding table. Is it enough to train that row, 64 numbers, with everything else frozen? How many
  examples does it take, and what becomes of the old words if all weights learn instead? Finally a
  policy that has never seen the word in a demonstration is told to pick up the crimson object.
  """
let prediction = """
  “Crimson” is learned from about ten examples, since the row only has to move to where the network
  already treats a word like “red”. “Vessel” ends at a larger error: no row was ever trained to mean
  two shapes at once. With the row alone nothing can be forgotten, bit for bit; with all weights the
  old words get worse. The policy obeys the new word at once, because its head reads where the
  object is and not how it is called.
  """

// %% A model with one more word
// The configuration holds the vocabulary, so a larger one is a new model. It takes over every
// weight; only the last row of the embedding table keeps its random values.
func extended(by word: String, seed: UInt64) throws -> ToyVLM {
  let old = try ToyVLM.bundled()
  var configuration = old.configuration
  configuration.vocabulary.append(word)
  var random = SeededRandom(seed: seed)
  let model = ToyVLM(configuration, using: &random)
  for (new, old) in zip(model.parameters, old.parameters) {
    new.values = old.values + new.values.dropFirst(old.count)
  }
  return model
}

// %% Two words and their meanings
// An example is an image, an instruction with the new word, and the position of the one object that
// it describes. Each scene has another object that only the new word tells from it: one of the same
// shape for “crimson”, one of the same color for “vessel”.
struct NewWord {
  let name: String
  let means: (TabletopObject) -> Bool
  let phrase: (TabletopObject) -> String
  /// Whether only the new word tells two objects apart.
  let isRival: (TabletopObject, TabletopObject) -> Bool
  /// A description in old words.
  let oldPhrase: (TabletopObject) -> String
}
let words = [
  NewWord(
    name: "crimson", means: { $0.color == .red }, phrase: { "the crimson \($0.shape)" },
    isRival: { $0.shape == $1.shape && $0.color != $1.color },
    oldPhrase: { "the red \($0.shape)" }),
  NewWord(
    name: "vessel", means: { $0.shape == .cup || $0.shape == .bowl },
    phrase: { "the \($0.color) vessel" },
    isRival: { $0.color == $1.color && $0.shape != $1.shape },
    oldPhrase: { "the \($0.color) \($0.shape)" }),
]

struct Examples {
  var images: [RGBImage] = []
  var instructions: [String] = []
  var oldInstructions: [String] = []
  var positions: [Float] = []
  var count: Int { images.count }

  /// The first `count` scenes from `seed` on in which the new word describes exactly one object.
  init(of word: NewWord, count: Int, from seed: UInt64) {
    var seed = seed
    while images.count < count {
      let scene = Suite.object.initialState(seed: seed).scene
      seed += 1
      let named = scene.objects.filter(word.means)
      let phrases = named.map(word.phrase)
      guard let object = named.first, phrases.count(where: { $0 == phrases[0] }) == 1,
        scene.objects.contains(where: { word.isRival(object, $0) })
      else { continue }
      images.append(Renderer().render(scene))
      instructions.append("pick up " + phrases[0])
      oldInstructions.append("pick up " + word.oldPhrase(object))
      positions += [object.x, object.y]
    }
  }
}

/// Where the model points: the first slot, [N, 2].
func points(_ model: ToyVLM, _ vision: Tensor, _ instructions: [String]) throws -> Tensor {
  let (text, mask) = try model.encodeText(instructions.map { try model.tokenizer.encode($0) })
  return model.ground(vision: vision, text: text, mask: mask).points  // [N, 3, 2]
    .sliced(axis: 1, 0..<1).reshaped([instructions.count, 2])  // [N, 3, 2] → [N, 1, 2] → [N, 2]
}

/// The mean distance between points and true positions, in table widths.
func error(_ model: ToyVLM, _ examples: Examples, _ instructions: [String]) throws -> Float {
  try withoutGradient {
    let vision = model.encodeImage(Pixels.tensor(of: examples.images))
    let truth = Tensor(examples.positions, shape: [examples.count, 2])
    return (try points(model, vision, instructions) - truth)
      .squared().sum(axis: 1).sqrt().mean().item
  }
}

Lesson.notebook("A new word", question: question, prediction: prediction) { lesson in

  // %% Knobs
  lesson.heading("Knobs")
  let shots = [1, 3, 10, 30, 100]  // examples to learn a word from
  let seeds = lesson.knob("seeds", 5, full: 10, "first rows, and sets of examples")
  let steps = lesson.knob("steps", 100, full: 400, "batches of at most 32 examples")
  let episodes = lesson.knob("episodes", 100, full: 300, "held-out layouts for the policy")

  /// Trains the new row alone, or all weights.
  func teach(_ word: NewWord, shots: Int, seed: UInt64, rowOnly: Bool) throws -> ToyVLM {
    let model = try extended(by: word.name, seed: seed)
    let examples = Examples(
      of: word, count: shots, from: Suite.firstPretrainingSeed + seed * 100_000)
    let images = Pixels.tensor(of: examples.images)
    let truth = Tensor(examples.positions, shape: [shots, 2])
    let table = model.wordEmbedding.words.weight  // [V, D]
    model.freeze(rowOnly)
    table.isFrozen = false
    let features = rowOnly ? model.encodeImage(images) : nil  // they do not change
    let optimizer = AdamW(model.parameters, weightDecay: 0)
    let schedule = Schedule(peak: rowOnly ? 3e-2 : 1e-3, warmup: 5, steps: steps)
    var random = SeededRandom(seed: seed)
    for step in 0..<steps {
      let batch = Array(random.shuffled(Array(0..<shots)).prefix(32))
      let vision = features?.rows(at: batch) ?? model.encodeImage(images.rows(at: batch))
      let found = try points(model, vision, batch.map { examples.instructions[$0] })
      smoothL1(found, truth.rows(at: batch), width: 0.02).backward()
      if rowOnly, let gradient = table.gradient {  // of the last row alone
        let old = gradient.count - table.dim(1)
        table.gradient = Tensor(
          Array(repeating: 0, count: old) + gradient.values.dropFirst(old), shape: table.shape)
      }
      optimizer.step(learningRate: schedule(step), maximumNorm: 1)
      lesson.progress(step + 1, of: steps, "\(word.name), \(shots) examples")
    }
    return model
  }

  // %% How many examples?
  // The error is measured on 300 scenes that no training uses, with the new word, and in old words
  // as well, which is the best that a new name can reach.
  var curves: [LineChart.Curve] = []
  var taught: [String: ToyVLM] = [:]
  var last: [Estimate] = []
  for word in words {
    lesson.heading("“\(word.name)”: pointing error on new scenes (table widths)")
    let heldOut = Examples(of: word, count: 300, from: Suite.firstHeldOutSeed + 900_000)
    let old = try error(ToyVLM.bundled(), heldOut, heldOut.oldInstructions)
    let first = try error(extended(by: word.name, seed: lesson.seed), heldOut, heldOut.instructions)
    let errors = try shots.map { count -> Estimate in
      Estimate(
        try (0..<seeds).map { number in
          let seed = lesson.seed + UInt64(number)
          let model = try teach(word, shots: count, seed: seed, rowOnly: true)
          taught[word.name] = model
          return try error(model, heldOut, heldOut.instructions)
        })
    }
    lesson.table(
      columns: ["examples", "error with the new word"],
      rows: zip(shots, errors).map { [$0, $1] })
    lesson.result("first_\(word.name)", first, "with a random row")
    lesson.result("old_\(word.name)", old, "the same objects, named in old words")
    lesson.keep("error_\(word.name)", errors.last!.mean)
    curves.append(
      .init(
        word.name, zip(shots, errors).map { (Double($0), $1.mean) }, showsPoints: true))
    last.append(errors.last!)
  }
  try lesson.chart(
    LineChart(
      "Learning a word: the new row alone", x: "examples", y: "error (table widths)", curves),
    as: "new-word.png")
  let times = Terminal.number(last[1].mean / last[0].mean)
  lesson.say(
    last[1].mean > last[0].mean
      ? "“Vessel” ends \(times) times as far off as “crimson”."
      : "“Vessel” is learned as well as “crimson”: a row can mean two shapes at once.")

  // %% What has the row become?
  // Rows of similar direction act alike in the first layer. If “crimson” had simply become “red”,
  // its row would point the same way.
  lesson.heading("Which old rows is the new one similar to?")
  lesson.table(
    columns: ["word", "most similar old words (cosine)"],
    rows: words.map { word in
      let table = taught[word.name]!.wordEmbedding.words.weight
      let rows = (0..<table.dim(0)).map { table.rows(at: [$0]).values }
      func cosine(_ a: [Float], _ b: [Float]) -> Float {
        func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
      }
      let similar = TabletopTask.words.enumerated().map { ($1, cosine(rows[$0 + 1], rows.last!)) }
        .sorted { $0.1 > $1.1 }.prefix(3)
      return [
        word.name,
        similar.map { "\($0.0) \(Terminal.signed($0.1, digits: 2))" }.joined(separator: ", "),
      ]
    })

  // %% What is forgotten?
  // The pointing error of the pre-training's own measure, which uses the old words only.
  lesson.heading("What is forgotten? Pointing error in old words after 10 examples of “crimson”")
  let before = try ToyVLM.bundled().pointingError(scenes: 500).object
  func forgetting(rowOnly: Bool) throws -> (new: Estimate, old: Estimate) {
    let heldOut = Examples(of: words[0], count: 300, from: Suite.firstHeldOutSeed + 900_000)
    let models = try (0..<seeds).map {
      try teach(words[0], shots: 10, seed: lesson.seed + UInt64($0), rowOnly: rowOnly)
    }
    return (
      Estimate(try models.map { try error($0, heldOut, heldOut.instructions) }),
      Estimate(models.map { $0.pointingError(scenes: 500).object })
    )
  }
  let (row, all) = try (forgetting(rowOnly: true), forgetting(rowOnly: false))
  lesson.table(
    columns: ["trained", "new word", "old words"],
    rows: [
      ["nothing", "", Double(before)], ["the new row", row.new, row.old.mean],
      ["all weights", all.new, all.old],
    ])
  let isSame = row.old.values.allSatisfy { Float($0) == before }
  lesson.say(
    "With the row alone the old words are \(isSame ? "" : "NOT ")exactly as before; with all "
      + "weights their error is \(Terminal.number(all.old.mean / Double(before))) times as large.")
  lesson.keep("oldWords_all", all.old.mean)

  // %% A policy obeys a word that no demonstration contains
  // The head is cloned on the old backbone and then put on the new one. The environment is the
  // tabletop with one change: it says “crimson” where it would say “red”.
  lesson.heading("A policy obeys a word that no demonstration contains")
  struct Renamed: Environment {
    var table = TabletopEnvironment()
    var space: ActionSpace { table.space }
    var instruction: String { table.instruction.replacing("red", with: "crimson") }
    var achievedOriginalTask: Bool { table.achievedOriginalTask }
    func copy() -> Renamed { self }
    mutating func reset(to seed: UInt64) { table.reset(to: seed) }
    func observation() -> Observation { table.observation() }
    mutating func step(_ action: RobotAction) -> Ending? { table.step(action) }
    func heldOutSeeds(_ count: Int) -> [UInt64] { table.heldOutSeeds(count) }
    func practiceSeed(using random: inout SeededRandom) -> UInt64 {
      table.practiceSeed(using: &random)
    }
  }
  var random = SeededRandom(seed: lesson.seed)
  let policy = try VLA(backbone: .bundled(), statistics: .bundled(), using: &random)
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let cloning = BehaviorCloning(
    policy, on: try CloningExamples(demonstrations, for: policy), steps: 2000, seed: lesson.seed)
  lesson.repeating(2000, "cloning") { cloning.step() }
  let red = Suite.heldOutSeeds(100_000).lazy.filter { seed in
    let start = Suite.object.initialState(seed: seed)
    let named = start.scene.objects[start.task.firstObject]
    return named.color == .red && start.scene.objects.contains { words[0].isRival(named, $0) }
  }.prefix(episodes)
  func success(of model: ToyVLM, in environment: some Environment) throws -> SuccessRate {
    let policy = try VLA(
      backbone: model, space: policy.space, statistics: policy.statistics, head: policy.head,
      usesProprioception: true)
    return SuccessRate(
      of: try ClosedLoop(in: environment, executionHorizon: 2)(policy, seeds: Array(red)))
  }
  let crimson = taught["crimson"]!
  let inOldWords = try success(of: crimson, in: TabletopEnvironment())
  let inNewWords = try success(of: crimson, in: Renamed())
  let untaught = try success(of: extended(by: "crimson", seed: lesson.seed), in: Renamed())
  lesson.result("success_red", inOldWords.rate, "“pick up the red …”: \(inOldWords)")
  lesson.result("success_crimson", inNewWords.rate, "“pick up the crimson …”: \(inNewWords)")
  lesson.result("success_untaught", untaught.rate, "the same with a random row: \(untaught)")
  lesson.say(
    inNewWords.interval.contains(inOldWords.rate)
      ? "The new word works as well as the old one, without a single new demonstration."
      : "The new word does not work as well as the old one; compare the pointing errors above.")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/2-Transformer/TokenEmbedding.swift", "Sources/NanoVLA/3-Fusion/ToyVLM.swift",
    ],
    tryThis: [
      "A word for two colors: means = { $0.color == .red || $0.color == .yellow }. Is it harder?",
      "Start the new row at the mean of all rows, in `extended`: how many examples are enough now?",
    ])
}
