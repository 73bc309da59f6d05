// Lesson 4 · Action tokenizing
// About 1 s on 2 cores.
//
// A language model chooses among words; a robot wants seven numbers. So cut each number's range into
// bins and give every bin a word. Choosing an action is then choosing words: classification.
//
// The aha: control becomes classification, and the price is rounding, at most half a bin. Before,
// statistics stretch every number to [−1, 1], so that bins of dx and dz are equally worth having.

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
let chunk = 8  // steps that FAST says at once

func text<N: BinaryFloatingPoint>(_ value: N) -> String { String(format: "%.3f", Double(value)) }
func tokenizer(_ bins: Int) -> ActionTokenizer { ActionTokenizer(bins: bins, vocabulary: bins) }

func gaps(_ a: [NormalizedAction], _ b: [NormalizedAction]) -> [Double] {
  zip(a, b).flatMap { zip($0.values, $1.values).map { Double(abs($0 - $1)) } }
}

Lesson.run(4, "Action tokenizing", file: #filePath) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let statistics = try ActionStatistics.bundled()
  func chunks(_ demonstration: Demonstration) throws -> [[NormalizedAction]] {
    let actions = try demonstration.actions.map { try statistics.normalized(RobotAction($0)) }
    return FASTTokenizer.chunks(of: actions, steps: chunk)  // one from each step on
  }

  lesson.heading("One action, there and back")
  let shown = demonstrations[shownDemonstration]
  let motion = try chunks(shown)[shownStep]
  let ids = try tokenizer(bins).encode(motion[0])
  let back = try statistics.robotAction(tokenizer(bins).decode(ids))
  let numbers = [shown.actions[shownStep], motion[0].values, ids.map(Float.init), back.values]
  lesson.say("Step \(shownStep) of “\(shown.instruction)”, \(bins) bins:")
  lesson.table(
    columns: ["", "robot", "−1…1", "token", "robot"],
    rows: ActionSpace.tabletop.dimensions.enumerated().map { a, dimension in
      [dimension.name] + numbers.map { Terminal.number(Double($0[a])) }
    })
  lesson.say("The wrist never turned: no range to stretch. The gripper is a switch: not stretched.")

  lesson.heading("The words of OpenVLA")
  let openVLA = ActionTokenizer()  // 256 bins: the last of Llama's 32000 words
  let words = try openVLA.encode(NormalizedAction([-1, 0, 1]))
  lesson.result("openVLALow", Double(words[0]), "the word for -1")
  lesson.result("openVLAMiddle", Double(words[1]), "the word for 0")
  lesson.result("openVLAHigh", Double(words[2]), "the word for 1")
  lesson.result("edge", openVLA.decode(words).values[2], "what +1 comes back as: one bin is lost")

  lesson.heading("FAST: words for motions")
  let fast = try FASTTokenizer(trainedOn: demonstrations.flatMap(chunks))
  let waves = try fast.coefficients(of: motion).map { "\($0[0])" }.joined(separator: " ")
  lesson.say("dx from that step on: " + motion.map { text($0.values[0]) }.joined(separator: " "))
  lesson.say("in waves, the slowest first, times \(Int(fast.scale)): \(waves)")
  lesson.say("all \(chunk)·\(fast.dimensions) numbers in words: \(try fast.encode(motion))")
  lesson.say(
    "Smooth motions need few words: fast waves round to 0, and what often meets is one word.")

  lesson.heading("What rounding costs: half a bin")
  let fresh = (500..<600).compactMap { Demonstration.record(suite: .object, seed: $0) }
  let motions = try fresh.flatMap(chunks)
  let actions = motions.flatMap { $0 }
  var rows = try binCounts.map { bins in
    let tokenizer = tokenizer(bins)
    let classes = try actions.map(tokenizer.classes)
    let gaps = gaps(actions, classes.map(tokenizer.decode(classes:)))
    let driven = try Suite.heldOutSeeds(layouts).map { seed in
      let (scene, task) = Suite.object.makeEpisodeStart(seed: seed)
      var world = TabletopWorld(scene: scene, task: task, horizon: Suite.object.horizon)
      while world.outcome == .running {
        let wanted = try statistics.normalized(RobotAction(Expert.action(for: world)))
        let said = tokenizer.decode(try tokenizer.encode(wanted))
        world.step(try statistics.robotAction(said).values)
      }
      return world.outcome == .success
    }
    lesson.keep("maxError_\(bins)", gaps.max()!)
    lesson.keep("success_\(bins)", SuccessRate(driven).rate)
    let used = Set(classes.map { $0[0] }).count  // bins that dx ever falls into
    return row("\(bins)", "bins\(bins)", words: classes.joined().count, gaps)
      + [text(gaps.max()!), "\(used)", text(SuccessRate(driven).rate)]
  }
  var random = SeededRandom(seed: lesson.seed)
  let jumbled = motions.map { random.shuffled($0) }
  for (name, key, motions) in [("FAST", "fast", motions), ("jumbled", "jumbled", jumbled)] {
    let said = try motions.map(fast.encode)
    let gaps = gaps(motions.flatMap { $0 }, try said.flatMap(fast.decode))
    rows.append(row(name, key, words: said.joined().count, gaps) + [text(gaps.max()!), "", ""])
  }
  func row(_ name: String, _ key: String, words: Int, _ gaps: [Double]) -> [String] {
    let rms = (gaps.reduce(0) { $0 + $1 * $1 } / Double(gaps.count)).squareRoot()
    lesson.keep("tokens_\(key)", Double(words) / Double(motions.count))
    lesson.keep("rms_\(key)", rms)
    return [name, String(format: "%.1f", Double(words) / Double(motions.count)), text(rms)]
  }
  lesson.say("\(motions.count) new chunks of \(chunk) steps, there and back, and a drive in bins:")
  lesson.table(columns: ["bins", "words", "RMS", "worst", "dx", "drive"], rows: rows)
  lesson.say(
    "With bins, the worst is half of one: 1/(bins − 1). “dx” counts those that dx falls into: the "
      + "more, the fewer examples of each. “drive”: how often an expert who speaks in bins succeeds. "
      + "FAST rounds waves, so that one number may be further off. Jumbled steps are not smooth.")

  lesson.heading("Control as classification")
  let head = TokenHead(inputs: 4, chunk: 1, dimensions: 7, bins: bins, using: &random)
  let felt = Tensor(shown.proprioception.flatMap { $0 }, shape: [shown.actions.count, 4])
  let logits = withoutGradient { lesson.trace("all steps of one demonstration") { head(felt) } }
  let classes = try chunks(shown).flatMap { try tokenizer(bins).classes(of: $0[0]) }
  let loss = crossEntropy(logits.reshaped([-1, bins]), targets: classes)  // [T, 1, A, B] → [T·A, B]
  lesson.result("firstLoss", loss.item, "cross-entropy of an untrained head")
  lesson.result("lnBins", log(Float(bins)), "ln(\(bins)): every bin equally likely")

  lesson.finish(
    readNext: ["ActionTokenizer", "ActionStatistics", "FASTTokenizer", "TokenHead"]
      .map { "Sources/NanoVLA/Action/\($0).swift" },
    tryThis: [
      "binCounts = [8, 10, 12, 14, 16]: where does the arm begin to fail? Its fingers reach 0.1 far.",
      "Exercise: add a jerk of dx = 2, normalise with min and max: how many bins does dx use then?",
    ])
}
