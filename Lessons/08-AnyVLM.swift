// Lesson 8 · Any VLM
// About 3 s on 2 cores.

import Blackboard
import NanoVLA
import Tabletop
import Tensors
import VLMs

let idea = """
  LLaVA, OpenVLA, BLIP-2, InstructBLIP, CLIP + GPT-2: other towers, other bridges, other language
  models. But all do one thing. A picture becomes vectors that stand among the vectors of words, a
  language model reads both, and at the last place it has understood what there is to say.

  The aha: one protocol, many backbones. A policy asks of a VLM only a row of numbers for a picture
  and an instruction. So this lesson's code names no family anywhere but in its list: the loop of
  lesson 5 trains a head on each. And one of them needs no head at all: OpenVLA SAYS its actions.

  All are of nano size with random weights: they run at once and know nothing. A head on top can
  learn by heart, but what it stands on has never seen anything.
  """

// Knobs: change one, run again.
let families = VLMFamily.all.map(\.name)
let traced = "llava"  // the family that is shown in full
let learned = 3  // demonstrations to learn from
let unseen = 3  // demonstrations to be tested on
let steps = 600  // batches of 64 time steps
let learningRate: Float = 3e-3
let spokenSteps = 150  // batches of 8 time steps, for the model that speaks its actions

Lesson.run(8, "Any VLM", idea: idea) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let known = Array(demonstrations.prefix(learned))
  let others = Array(demonstrations.dropFirst(learned).prefix(unseen))
  let (picture, instruction) = (known[0].frames[0], known[0].instruction)

  lesson.heading("One of them in full: \(traced)")
  lesson.say("“\(instruction)”, and a picture of \(picture.width)×\(picture.height) pixels:")
  _ = try lesson.trace("from picture and words to an action", skipping: TransformerBlock.insides) {
    try VLA.fromVLM(traced, seed: lesson.seed).predictAction(picture, instruction: instruction)
  }

  lesson.heading("All of them, side by side")
  lesson.table(
    columns: ["family", "image", "image words", "prompt", "state", "parameters"],
    rows: try families.map { name in
      let policy = try VLA.fromVLM(name, head: .l1, seed: lesson.seed)
      let (_, trace) = try ShapeTrace.recording {
        try policy.predictAction(picture, instruction: instruction)
      }
      func shape(_ label: String) -> String {
        trace.first { $0.label == label }.map { "\($0.shape)" } ?? "none"
      }
      lesson.keep("parameters_\(name)", Double(policy.backbone.parameterCount))
      return [name] + ["image", "image words", "prompt", "state"].map(shape)
        + ["\(policy.backbone.parameterCount)"]
    })
  lesson.say(
    "The prompts are of different lengths because each family asks in its own words. The state is "
      + "one row for all: here the differences end.")

  lesson.heading("The same loop trains a head on each")
  lesson.table(
    columns: ["family", "first loss", "theory", "learned", "unseen"],
    rows: try families.map { name in
      let policy = try VLA.fromVLM(name, head: .tokens(bins: 32), seed: lesson.seed)
      func cloning(_ demonstrations: [Demonstration]) throws -> BehaviorCloning {
        BehaviorCloning(
          policy, on: try CloningExamples(demonstrations, for: policy), steps: steps,
          peak: learningRate, weightDecay: 0, seed: lesson.seed)
      }
      func loss(_ on: BehaviorCloning) -> Float { on.loss(on: Array(0..<on.examples.count)).item }
      let training = try cloning(known)
      let first = loss(training)
      lesson.repeating(steps, name) { training.step() }
      let (after, elsewhere) = (loss(training), loss(try cloning(others)))
      lesson.keep("loss_\(name)", Double(after))
      lesson.keep("unseenLoss_\(name)", Double(elsewhere))
      return [
        name, first, policy.head.expectedInitialLoss(training.examples.expert), after, elsewhere,
      ]
    })
  lesson.say(
    "“learned” is the loss on the \(learned) demonstrations after \(steps) steps on them, “unseen” "
      + "that on \(unseen) others. Partly learned by heart, and nothing understood: that would take a "
      + "backbone that was trained.")

  lesson.heading("A model that says its actions")
  let speaker = try VLA.fromVLM("openvla", seed: lesson.seed)
  lesson.say("\(speaker).")
  speaker.backbone.freeze(false)  // there is no head: the network itself has to learn to speak
  let examples = try FrameExamples([known[0]], for: speaker)
  let optimizer = AdamW(speaker.backbone.parameters, weightDecay: 0)
  var random = SeededRandom(seed: lesson.seed)
  var losses: [Float] = []
  lesson.repeating(spokenSteps, "openvla's own words") {
    let batch = (0..<8).map { _ in random.integer(below: examples.count) }
    let loss = examples.loss(of: speaker, on: batch, using: &random)
    loss.backward()
    optimizer.step(learningRate: learningRate, maximumNorm: 1)
    losses.append(loss.item)
  }
  let theory = Terminal.number(Double(speaker.head.expectedInitialLoss(examples.expert)))
  lesson.result("spokenFirstLoss", losses[0], "before; if all words were alike, ln V = \(theory)")
  lesson.result("spokenLoss", losses[spokenSteps - 1], "surprise at the expert's words at the end")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Backbones/VLM.swift", "Sources/NanoVLA/Backbones/LLaVA.swift",
      "Sources/VLMs/Networks/AutoregressiveActionHead.swift",
      "Sources/NanoVLA/Policy/VLA+FromVLM.swift",
    ],
    tryThis: [
      "traced = \"blip-2\": how many words does the picture become, and who decides that?",
      "learned = 20: is “unseen” lower now? Which part of the policy would have to change?",
      "Exercise: in VLM.state(of:…) take the mean of all places instead of the last. What is lost?",
    ])
}
