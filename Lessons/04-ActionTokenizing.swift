// Lesson 4 · Action tokenizing
// About 1 s on 2 cores.

import Blackboard
import Foundation
import NanoVLA
import Tabletop
import Tensors

let idea = """
  A language model chooses among words; a robot wants seven numbers. So cut each number's range into
  bins and give every bin a word. Choosing an action is then choosing words: classification.

  The aha: control becomes classification, and the price is rounding, at most half a bin. Before,
  statistics stretch every number to [−1, 1], so that bins of dx and dz are equally worth having.
  """

// Knobs: change one, run again.
let bins = 32  // of the action that is followed, and of the head
let binCounts = [4, 8, 16, 32, 64, 128, 256]  // to compare; any ≥ 2
let (shownDemonstration, shownStep) = (3, 2)  // of 100, and of its time steps
let chunk = 8  // steps that FAST says at once
let fresh: Range<UInt64> = 500..<600  // seeds of demonstrations that FAST has not learned from

Lesson.run(4, "Action tokenizing", idea: idea) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let statistics = try ActionStatistics.bundled()
  func chunks(_ demonstration: Demonstration) throws -> [[NormalizedAction]] {
    let actions = try demonstration.actions.map { try statistics.normalized(RobotAction($0)) }
    return FASTTokenizer.chunks(of: actions, steps: chunk)  // one from each step on
  }

  lesson.heading("One action, there and back")
  let shown = demonstrations[shownDemonstration]
  let motion = try chunks(shown)[shownStep]
  let tokenizer = ActionTokenizer(bins: bins, vocabulary: bins)
  let ids = try tokenizer.encode(motion[0])
  let back = try statistics.robotAction(tokenizer.decode(ids)).values
  lesson.say("Step \(shownStep) of “\(shown.instruction)”, \(bins) bins:")
  lesson.table(
    columns: ["", "robot", "−1…1", "token", "robot"],
    rows: ActionSpace.tabletop.dimensions.enumerated().map { a, dimension in
      [dimension.name, shown.actions[shownStep][a], motion[0].values[a], ids[a], back[a]]
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
  let waves = try fast.coefficients(of: motion).map { $0[0] }
  let dx = motion.map { Terminal.signed($0.values[0]) }.joined(separator: " ")
  lesson.say("dx from that step on: \(dx)")
  lesson.say("in waves, the slowest first, times \(Int(fast.scale)): \(waves)")
  lesson.say("all \(chunk)·\(fast.dimensions) numbers in words: \(try fast.encode(motion))")
  lesson.say("Smooth motions need few words: fast waves round to 0, and zeros share a word.")

  lesson.heading("What rounding costs: half a bin")
  let motions = try fresh.compactMap { Demonstration.record(suite: .object, seed: $0) }
    .flatMap(chunks)
  var random = SeededRandom(seed: lesson.seed)
  let jumbled = motions.map { random.shuffled($0) }
  var trips = try binCounts.map { bins in
    let tokenizer = ActionTokenizer(bins: bins, vocabulary: bins)
    return ("bins\(bins)", try RoundTrip(of: motions, in: tokenizer))
  }
  trips.append(("fast", try RoundTrip(of: motions, in: fast)))
  trips.append(("jumbled", try RoundTrip(of: jumbled, in: fast)))
  for (name, trip) in trips {
    lesson.keep("tokens_\(name)", trip.words)
    lesson.keep("rms_\(name)", trip.rms)
    lesson.keep("maxError_\(name.replacing("bins", with: ""))", trip.worst)
  }
  lesson.say("\(motions.count) new chunks of \(chunk) steps, said and read back:")
  lesson.table(
    columns: ["", "words", "RMS error", "worst"],
    rows: trips.map { [$0, $1.words, $1.rms, $1.worst] })
  lesson.say(
    "With bins, the worst is half of one: 1/(bins − 1). FAST rounds waves, so that one number may be "
      + "further off, and says a chunk in a few words; jumbled steps are not smooth.")

  lesson.heading("Control as classification")
  let head = TokenHead(inputs: 4, chunk: 1, dimensions: 7, bins: bins, using: &random)
  let proprioception = Tensor(shown.proprioception.flatMap { $0 }, shape: [shown.actions.count, 4])
  let logits = withoutGradient {
    lesson.trace("all steps of one demonstration") { head(proprioception) }
  }
  let classes = try chunks(shown).flatMap { try tokenizer.classes(of: $0[0]) }
  let loss = crossEntropy(logits.reshaped([-1, bins]), targets: classes)  // [T, 1, A, B] → [T·A, B]
  lesson.result("firstLoss", loss.item, "cross-entropy of an untrained head")
  lesson.result("lnBins", log(Float(bins)), "ln(\(bins)): every bin equally likely")

  lesson.finish(
    readNext: ["ActionTokenizer", "ActionStatistics", "FASTTokenizer", "TokenHead"]
      .map { "Sources/NanoVLA/Action/\($0).swift" },
    tryThis: [
      "bins = 4: how far off is dx now, in robot units? The fingers reach 0.1 far.",
      "chunk = 4, then 16: how many words does FAST need for a step?",
      "Exercise: let FAST learn from jumbled chunks instead. What do smooth ones cost then?",
    ])
}
