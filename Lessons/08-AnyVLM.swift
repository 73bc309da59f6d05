// Lesson 8 · Any VLM
// About 20 s on 2 cores.
//
// LLaVA, OpenVLA, BLIP-2, InstructBLIP, CLIP + GPT-2: other towers, other bridges, other language
// models. But all do one thing. A picture becomes vectors that stand among the vectors of words, a
// language model reads both, and at the last place it has understood what there is to say.
//
// The aha: one protocol, many backbones. A policy asks of a VLM only a row of numbers for a picture
// and an instruction. So this lesson's code names no family anywhere but in its list: the loop of
// lesson 5 trains a head on each. And one of them needs no head at all: OpenVLA SAYS its actions.
//
// All are of nano size with random weights: they run at once and know nothing. A head on top can
// learn a few demonstrations by heart; new ones it cannot, for what it stands on has never seen.

import Blackboard
import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors

// Knobs: change one, run again.
let families = VLMFamily.all.map(\.name)
let traced = "llava"  // the family that is shown in full
let learned = 3  // demonstrations to learn from
let unseen = 3  // demonstrations to be tested on
let heads: KeyValuePairs<String, ActionHeadKind> = ["l1": .l1, "tokens": .tokens(bins: 32)]
let steps = 600  // batches of 64 time steps
let learningRate: Float = 3e-3
let spokenSteps = 150  // batches for the model that speaks its actions
let spokenBatch = 8  // time steps in each of those

Lesson.run(8, "Any VLM", file: #filePath) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let known = Array(demonstrations.prefix(learned))
  let others = Array(demonstrations.dropFirst(learned).prefix(unseen))
  let (first, other) = (known[0], others[0])
  let picture = first.frames[0]

  lesson.heading("One of them in full: \(traced)")
  lesson.say("“\(first.instruction)”, and a picture of \(picture.width)×\(picture.height) pixels:")
  _ = try lesson.trace("from picture and words to an action", skipping: TransformerBlock.insides) {
    try VLA.fromVLM(traced, head: .l1, seed: lesson.seed)
      .predictAction(picture, instruction: first.instruction)
  }

  lesson.heading("All of them, side by side")
  var rows: [[String]] = []
  for name in families {
    let policy = try VLA.fromVLM(name, head: .l1, seed: lesson.seed)
    let (action, trace) = try ShapeTrace.recording {
      try policy.predictAction(picture, instruction: first.instruction)
    }
    func shape(_ label: String) -> String { "\(trace.first { $0.label == label }?.shape ?? [])" }
    lesson.keep("parameters_\(name)", Double(policy.backbone.parameterCount))
    rows.append(
      [name] + ["image", "image words", "prompt", "state"].map(shape)
        + ["[\(action.count)]", "\(policy.backbone.parameterCount)"])
  }
  lesson.table(
    columns: ["family", "image", "image words", "prompt", "state", "action", "parameters"],
    rows: rows)
  lesson.say(
    "The prompts are of different lengths because each family asks in its own words. The state is "
      + "one row for all: here the differences end.")

  lesson.heading("The same loop trains a head on each")
  rows = []
  for name in families {
    for (label, kind) in heads {
      let policy = try VLA.fromVLM(name, head: kind, seed: lesson.seed)
      let examples = try CloningExamples(known, for: policy)
      let training = BehaviorCloning(
        policy, on: examples, steps: steps, peak: learningRate, weightDecay: 0, seed: lesson.seed)
      func loss(_ on: BehaviorCloning) -> Float {
        withoutGradient { on.loss(on: Array(0..<on.examples.count)).item }
      }
      let theory = policy.head.firstLoss(examples.expert)
      let before = loss(training)
      for step in 1...steps {
        training.step()
        lesson.progress(step, of: steps, "\(label) on \(name)")
      }
      let (after, elsewhere) = (
        loss(training),
        loss(BehaviorCloning(policy, on: try CloningExamples(others, for: policy), steps: 1))
      )
      let action = try policy.predictAction(picture, instruction: first.instruction)
      func moved(_ picture: RGBImage, _ instruction: String) throws -> Double {
        let new = try policy.predictAction(picture, instruction: instruction)
        return zip(action.values, new.values).map { Double(abs($0 - $1)) }.max() ?? 0
      }
      let image = try moved(other.frames[0], first.instruction)
      let words = try moved(picture, other.instruction)
      for (key, value) in ["firstLoss": before, "loss": after, "unseenLoss": elsewhere] {
        lesson.keep("\(key)_\(name)_\(label)", Double(value))
      }
      lesson.keep("imageMoves_\(name)_\(label)", image)
      lesson.keep("wordsMove_\(name)_\(label)", words)
      rows.append(
        [name, label]
          + [before, theory, after, elsewhere].map { Terminal.number(Double($0)) }
          + [image, words].map { Terminal.number($0) })
    }
  }
  lesson.table(
    columns: ["family", "head", "first", "theory", "learned", "unseen", "picture", "words"],
    rows: rows)
  lesson.say(
    "“first” is the loss before training, “theory” that of a head that knows nothing, “learned” the "
      + "loss on the \(learned) demonstrations after \(steps) steps, “unseen” on \(unseen) others. "
      + "“picture” and “words” are how far an action moves, in robot units, when only the picture or "
      + "only the instruction is another one: it depends on both.")
  lesson.say(
    "Learned by heart, and nothing understood: that would take a backbone that was trained.")

  lesson.heading("A model that says its actions")
  let speaker = try VLA.fromVLM("openvla", seed: lesson.seed)
  lesson.say("\(speaker).")
  speaker.backbone.freeze(false)  // there is no head: the network itself has to learn to speak
  let examples = try CloningExamples([first], for: speaker)
  let optimizer = AdamW(speaker.backbone.parameters, weightDecay: 0)
  var random = SeededRandom(seed: lesson.seed)
  let windows = first.frames.map { [Observation($0)] }
  lesson.result(
    "spokenTheory", speaker.head.firstLoss(examples.expert), "ln V: all words equally likely")
  for step in 1...spokenSteps {
    let batch = (0..<spokenBatch).map { _ in random.integer(below: windows.count) }
    let state = try speaker.state(  // → [N, T·D]: all that the language model reads
      of: batch.map { windows[$0] }, instructions: batch.map { _ in first.instruction })
    let loss = speaker.head.loss(state, examples.expert.rows(at: batch), using: &random)
    if step == 1 { lesson.result("spokenFirstLoss", loss.item, "surprise at the expert's words") }
    loss.backward()
    optimizer.step(learningRate: learningRate, maximumNorm: 1)
    if step == spokenSteps { lesson.result("spokenLoss", loss.item, "after \(step) steps") }
    lesson.progress(step, of: spokenSteps, "openvla's own words")
  }

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Backbones/VLM.swift", "Sources/NanoVLA/Backbones/VLMFamily.swift",
      "Sources/NanoVLA/Backbones/LLaVA.swift", "Sources/NanoVLA/Backbones/SpokenActionHead.swift",
      "Sources/NanoVLA/Policy/VLA+FromVLM.swift",
    ],
    tryThis: [
      "traced = \"blip-2\": how many words does the picture become, and who decides that?",
      "learned = 20: is “unseen” lower now? Which part of the policy would have to change?",
      "Exercise: in VLM.state(of:…) take the mean of all places instead of the last. What is lost?",
    ])
}
