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
let shownDemonstration = 3  // of 100
let shownStep = 2  // of its time steps

func signed(_ value: Float) -> String { String(format: "%+.3f", value) }

Lesson.run(4, "Action tokenizing", file: #filePath) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let statistics = try ActionStatistics.bundled()
  let space = ActionSpace.tabletop
  let tokenizer = ActionTokenizer(bins: bins, vocabulary: bins)

  lesson.heading("One action, there and back")
  let shown = demonstrations[shownDemonstration]
  let action = RobotAction(shown.actions[shownStep])
  let normalized = try statistics.normalized(action)
  let ids = try tokenizer.encode(normalized)
  let back = try statistics.robotAction(tokenizer.decode(ids))
  lesson.say("Step \(shownStep) of “\(shown.instruction)”, \(bins) bins:")
  lesson.table(
    columns: ["", "robot", "−1…1", "token", "robot"],
    rows: space.dimensions.indices.map {
      [
        space.dimensions[$0].name, signed(action.values[$0]), signed(normalized.values[$0]),
        "\(ids[$0])", signed(back.values[$0]),
      ]
    })
  lesson.say(
    "The wrist never turned in any demonstration, so there is no range to stretch: it becomes 0. "
      + "The gripper is a switch, masked out of the stretching, and has one more trap:")
  lesson.table(
    columns: ["gripper", "open", "closed", "here"],
    rows: try GripperConvention.allCases.map { convention in
      let here = try space.converted(action, to: convention).gripper
      return ["\(convention)"] + [convention.open, convention.closed, here].map { "\(Int($0))" }
    })

  lesson.heading("Half a bin")
  let all = try demonstrations.flatMap(\.actions).map { try statistics.normalized(RobotAction($0)) }
  lesson.say("Every number of all \(all.count) actions, there and back; “half” is half a bin:")
  var rows: [[String]] = []
  for bins in binCounts {
    let tokenizer = ActionTokenizer(bins: bins, vocabulary: bins)
    let errors = try all.flatMap { action in
      zip(action.values, tokenizer.decode(try tokenizer.encode(action)).values).map { abs($0 - $1) }
    }
    let (worst, mean) = (errors.max() ?? 0, errors.reduce(0, +) / Float(errors.count))
    let used = Set(try all.map { try tokenizer.classes(of: $0)[0] }).count  // bins of dx
    rows.append(
      ["\(bins)"] + [1 / Double(bins - 1), Double(worst), Double(mean)].map(Terminal.number)
        + ["\(used)"])
    lesson.keep("maxError_\(bins)", Double(worst))
  }
  lesson.table(columns: ["bins", "half", "worst", "mean", "dx"], rows: rows)
  lesson.say(
    "Finer bins are not free: “dx” counts the bins that dx ever falls into. The more there are, "
      + "the fewer examples each has to learn from.")

  lesson.heading("The words of OpenVLA")
  let openVLA = ActionTokenizer()  // 256 bins: the last of Llama's 32000 words
  let edges = NormalizedAction([-1, 0, 1])
  let words = try openVLA.encode(edges)
  for (name, (value, word)) in zip(["Low", "Middle", "High"], zip(edges.values, words)) {
    lesson.result("openVLA\(name)", Double(word), "the word for \(Int(value))")
  }
  lesson.result("edge", openVLA.decode(words).values[2], "what +1 comes back as: one bin is lost")

  lesson.heading("How many bins does this arm need?")
  lesson.say("The expert drives the arm on \(layouts) layouts, but may only speak in bins:")
  lesson.bars(
    try binCounts.map { bins in
      let tokenizer = ActionTokenizer(bins: bins, vocabulary: bins)
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
      let success = SuccessRate(driven)
      lesson.keep("success_\(bins)", success.rate)
      return ("\(bins)", success.rate, Terminal.number(success.rate))
    })

  lesson.heading("Control as classification")
  var random = SeededRandom(seed: lesson.seed)
  let head = TokenHead(inputs: 4, chunk: 1, dimensions: space.count, bins: bins, using: &random)
  let T = shown.actions.count
  let classes = try shown.actions.flatMap {
    try tokenizer.classes(of: statistics.normalized(RobotAction($0)))
  }
  let loss = withoutGradient {
    lesson.trace("one demonstration, its \(T) steps as a batch") {
      let felt = Tensor(shown.proprioception.flatMap { $0 }, shape: [T, 4])
        .traced("proprioception", "x, y, z, closed")
      let logits = head(felt).reshaped([T * space.count, bins])  // [T, 4] → [T, 1, A, B] → [T·A, B]
        .traced("choices", "each number is a choice of its own")
      return crossEntropy(logits, targets: classes).traced("loss", "surprise at the expert's bins")
    }
  }
  lesson.result("firstLoss", loss.item, "cross-entropy of an untrained head")
  lesson.result("lnBins", log(Float(bins)), "ln(\(bins)): every bin equally likely")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Action/ActionTokenizer.swift",
      "Sources/NanoVLA/Action/ActionStatistics.swift", "Sources/NanoVLA/Action/TokenHead.swift",
    ],
    tryThis: [
      "binCounts = [8, 10, 12, 14, 16]: where does the arm begin to fail? Its fingers reach 0.1 far.",
      "bins = 4: how far off, in world units, is the action that comes back?",
      "Exercise: add one jerk of dx = 2 to the actions and normalise with min and max instead of q01 "
        + "and q99. How many bins does dx use then?",
    ])
}
