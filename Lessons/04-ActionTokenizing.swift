// Lesson 4 · Action tokenizing
// About 1 s on 2 cores.
//
// A language model chooses among words; a robot wants seven numbers. So cut each number's range into
// bins and give every bin a word. Choosing an action is then choosing words: classification.
//
// The aha: control becomes classification, and the price is rounding, at most half a bin. First
// every number is stretched to [−1, 1] by the statistics of the demonstrations, so that a bin of dx
// and a bin of dz are equally worth having.

import Blackboard
import Foundation
import NanoVLA
import Tabletop
import Tensors

// Knobs: change one, run again.
let bins = 32  // of the action that is followed, and of the head
let binCounts = [4, 8, 16, 32, 64, 128, 256]  // to compare; any ≥ 2
let layouts = 200  // held out, for the expert to drive on
let (shownDemonstration, shownStep) = (3, 2)  // of 100, and of its time steps
let (chunk, scale) = (8, 10.0)  // steps that FAST says at once; it rounds waves to 1/scale

func signed(_ value: Float) -> String { String(format: "%+.3f", value) }
func tokenizer(_ bins: Int) -> ActionTokenizer { ActionTokenizer(bins: bins, vocabulary: bins) }
func errors(_ a: [NormalizedAction], _ b: [NormalizedAction]) -> [Double] {
  zip(a, b).flatMap { zip($0.values, $1.values).map { Double(abs($0 - $1)) } }
}

Lesson.run(4, "Action tokenizing", file: #filePath) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let statistics = try ActionStatistics.bundled()
  func normalized(_ demonstration: Demonstration) throws -> [NormalizedAction] {
    try demonstration.actions.map { try statistics.normalized(RobotAction($0)) }
  }

  lesson.heading("One action, there and back")
  let shown = demonstrations[shownDemonstration]
  let episode = try normalized(shown)
  let ids = try tokenizer(bins).encode(episode[shownStep])
  let back = try statistics.robotAction(tokenizer(bins).decode(ids)).values
  lesson.say("Step \(shownStep) of “\(shown.instruction)”, \(bins) bins:")
  lesson.table(
    columns: ["", "robot", "−1…1", "token", "robot"],
    rows: ActionSpace.tabletop.dimensions.enumerated().map { a, dimension in
      let numbers = [shown.actions[shownStep][a], episode[shownStep].values[a]].map(signed)
      return [dimension.name] + numbers + ["\(ids[a])", signed(back[a])]
    })
  lesson.say("The wrist never turned: no range to stretch. The gripper is a switch: left as it is.")

  lesson.heading("Half a bin")
  let all = try demonstrations.flatMap(normalized)
  lesson.say("Every number of all \(all.count) actions, there and back; “half” is half a bin:")
  let rounding = try binCounts.map { bins in
    let classes = try all.map(tokenizer(bins).classes)
    let worst = errors(all, classes.map(tokenizer(bins).decode(classes:))).max() ?? 0
    lesson.keep("maxError_\(bins)", worst)
    let used = Set(classes.map { $0[0] }).count  // bins of dx
    return ["\(bins)", Terminal.number(1 / Double(bins - 1)), Terminal.number(worst), "\(used)"]
  }
  lesson.table(columns: ["bins", "half", "worst", "dx"], rows: rounding)
  lesson.say("“dx” counts the bins that dx falls into: the more, the fewer examples of each.")

  lesson.heading("The words of OpenVLA")
  let openVLA = ActionTokenizer()  // 256 bins: the last of Llama's 32000 words
  let words = try openVLA.encode(NormalizedAction([-1, 0, 1]))
  for (name, number, word) in [("Low", -1, words[0]), ("Middle", 0, words[1]), ("High", 1, words[2])] {
    lesson.result("openVLA\(name)", Double(word), "the word for \(number)")
  }
  lesson.result("edge", openVLA.decode(words).values[2], "what +1 comes back as: one bin is lost")

  lesson.heading("How many bins does this arm need?")
  lesson.say("The expert drives the arm on \(layouts) layouts, but may only speak in bins:")
  lesson.bars(
    try binCounts.map { bins in
      let driven = try Suite.heldOutSeeds(layouts).map { seed in
        let (scene, task) = Suite.object.makeEpisodeStart(seed: seed)
        var world = TabletopWorld(scene: scene, task: task, horizon: Suite.object.horizon)
        while world.outcome == .running {
          let wanted = try statistics.normalized(RobotAction(Expert.action(for: world)))
          let said = tokenizer(bins).decode(try tokenizer(bins).encode(wanted))
          world.step(try statistics.robotAction(said).values)
        }
        return world.outcome == .success
      }
      let success = SuccessRate(driven).rate
      lesson.keep("success_\(bins)", success)
      return ("\(bins)", success, Terminal.number(success))
    })

  lesson.heading("FAST: words for motions")
  func chunks(_ demonstrations: [Demonstration]) throws -> [[NormalizedAction]] {
    try demonstrations.flatMap { FASTTokenizer.chunks(of: try normalized($0), steps: chunk) }
  }
  let fast = try FASTTokenizer(trainedOn: chunks(demonstrations), scale: scale)
  let motion = try chunks([shown])[shownStep]
  let waves = try fast.coefficients(of: motion).map { "\($0[0])" }.joined(separator: " ")
  lesson.say("dx from that step on: " + motion.map { signed($0.values[0]) }.joined(separator: " "))
  lesson.say("as waves, the slowest first, times \(scale): \(waves)")
  lesson.say("all \(chunk) · \(fast.dimensions) numbers in words: \(try fast.encode(motion))")
  let fresh = try chunks((500..<600).compactMap { .record(suite: .object, seed: $0) })
  func row(_ name: String, _ ids: [[Int]], _ heard: [NormalizedAction]) -> [String] {
    let words = Double(ids.joined().count) / Double(fresh.count)
    let squares = errors(Array(fresh.joined()), heard).map { $0 * $0 }
    let rms = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    lesson.keep("tokens_\(name)", words)
    lesson.keep("rms_\(name)", rms)
    return [name, Terminal.number(words), Terminal.number(rms)]
  }
  let inBins = try [8, 32, 256].map { bins in
    let ids = try fresh.joined().map(tokenizer(bins).encode)
    return row("bins\(bins)", ids, ids.map { tokenizer(bins).decode($0) })
  }
  let said = try fresh.map(fast.encode)
  let inFAST = row("fast", said, try said.flatMap(fast.decode))
  lesson.say("\(fresh.count) chunks that it was not trained on; words a chunk, and RMS error:")
  lesson.table(columns: ["", "words", "error"], rows: inBins + [inFAST])
  var random = SeededRandom(seed: lesson.seed)
  let jumbled = try fresh.map { try fast.encode(random.shuffled($0)).count }.reduce(0, +)
  lesson.say(
    "A smooth motion needs few words: its fast waves round to 0, and what often comes together is "
      + "one word. Jumble the steps of each chunk, and it is no longer smooth:")
  lesson.result("tokens_jumbled", Double(jumbled) / Double(fresh.count), "words a jumbled chunk")

  lesson.heading("Control as classification")
  let head = TokenHead(inputs: 4, chunk: 1, dimensions: fast.dimensions, bins: bins, using: &random)
  let felt = Tensor(shown.proprioception.flatMap { $0 }, shape: [episode.count, 4])
  let classes = try episode.flatMap(tokenizer(bins).classes)
  let loss = withoutGradient {
    lesson.trace("one demonstration, its \(episode.count) steps as a batch") {
      crossEntropy(head(felt).reshaped([-1, bins]), targets: classes)  // [T, 1, A, B] → [T·A, B]
    }
  }
  lesson.result("firstLoss", loss.item, "cross-entropy of an untrained head")
  lesson.result("lnBins", log(Float(bins)), "ln(\(bins)): every bin equally likely")

  lesson.finish(
    readNext: ["ActionTokenizer", "FASTTokenizer", "TokenHead"].map {
      "Sources/NanoVLA/Action/\($0).swift"
    },
    tryThis: [
      "binCounts = [8, 10, 12, 14, 16]: where does the arm begin to fail? Its fingers reach 0.1 far.",
      "Exercise: add one jerk of dx = 2 to the actions and normalise with min and max instead of q01 "
        + "and q99. How many bins does dx use then?",
    ])
}
