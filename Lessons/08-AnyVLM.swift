// Lesson 8 · Any VLM
// About 6 s on 2 cores.

import Blackboard
import NanoVLA
import Runs
import Tabletop
import Tensors
import VLMs

let idea = """
  VLMs differ in vision towers, projectors and language models, but in all of them an image becomes
  a few tokens. One hidden state becomes the policy's state. The aha: one protocol, many backbones.
  A policy needs from a VLM only a state vector for an image and an instruction.
  """

// Knobs: change one, run again.
let families = VLMFamily.all.map(\.name)
let traced = "llava"  // the family whose tensors are traced one by one
let learned = 20  // demonstrations to train on
let unseen = 20  // other demonstrations to measure the loss on
let steps = 600  // batches of 64 time steps
let learningRate: Float = 3e-3
let tokenSteps = 150  // batches of 8 time steps, for OpenVLA's own action tokens

Lesson.run(8, "Any VLM", idea: idea) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let training = Array(demonstrations.prefix(learned))
  let others = Array(demonstrations.dropFirst(learned).prefix(unseen))
  let (image, instruction) = (training[0].frames[0], training[0].instruction)

  lesson.heading("One family in full: \(traced), “\(instruction)”")
  lesson.say("These VLMs have nano size and random weights: they run, but have learned nothing.")
  _ = try lesson.trace("from image and text to an action", skipping: TransformerBlock.insides) {
    try VLA.fromVLM(traced, seed: lesson.seed).predictAction(image, instruction: instruction)
  }

  lesson.heading("Every family: image tokens → prompt → hidden states → state → actions")
  let labels = ["image tokens", "prompt", "hidden states", "state", "actions"]
  lesson.table(
    columns: ["family"] + labels,
    rows: try families.map { name in
      let policy = try VLA.fromVLM(name, head: .l1, seed: lesson.seed)
      let (_, trace) = try ShapeTrace.recording {
        try policy.predictAction(image, instruction: instruction)
      }
      lesson.keep("parameters_\(name)", Double(policy.backbone.parameterCount))
      return [name] + labels.map { label in trace.first { $0.label == label }?.shape.cell ?? "" }
    })
  lesson.say(
    "The BLIPs and Flamingo make one token of each learned query, Flamingo beside the prompt; SmolVLM "
      + "one of four patches, FastVLM of 64×64 pixels; the others one of each patch, LLaVA-1.6 and "
      + "SmolVLM also of tiles. From the state on, all are alike.")

  lesson.heading("Lesson 5's loop trains a head on each")
  func policy(_ name: String) throws -> VLA {
    guard name == "toy" else {
      return try VLABuilder().withVLM(name).withActionSpace(.tabletop).withStatistics(.bundled())
        .withHead(.tokens(bins: 32)).withSeed(lesson.seed).build()
    }
    var random = SeededRandom(seed: lesson.seed)
    return try VLA(
      backbone: .bundled(), statistics: .bundled(), chunk: 1, usesProprioception: false,
      using: &random)
  }
  var unseenLosses: [Double] = []
  lesson.table(
    columns: ["backbone", "first loss", "ln(bins)", "trained on", "unseen"],
    rows: try (families + ["toy"]).map { name in
      let policy = try policy(name)
      func cloning(_ demonstrations: [Demonstration]) throws -> BehaviorCloning {
        BehaviorCloning(
          policy, on: try CloningExamples(demonstrations, for: policy), steps: steps,
          peak: learningRate, weightDecay: 0, seed: lesson.seed)
      }
      func loss(_ on: BehaviorCloning) -> Float { on.loss(on: Array(0..<on.examples.count)).item }
      let run = try cloning(training)
      let first = loss(run)
      lesson.repeating(steps, name) { run.step() }
      let after = lesson.keep("loss_\(name)", loss(run))
      let elsewhere = lesson.keep("unseenLoss_\(name)", loss(try cloning(others)))
      unseenLosses.append(elsewhere.value)
      return [name, first, policy.head.expectedInitialLoss(run.examples.expert), after, elsewhere]
    })
  lesson.say(
    "Losses after \(steps) steps on \(learned) demonstrations; “unseen” is on \(unseen) others. "
      + (unseenLosses.last == unseenLosses.min()
        ? "The toy VLM, the only pre-trained backbone, generalizes best."
        : "Here the pre-trained toy VLM does not generalize best: are there enough steps?"))

  lesson.heading("OpenVLA: the next tokens are the action")
  let openVLA = try VLA.fromVLM("openvla", seed: lesson.seed)
  openVLA.backbone.freeze(false)  // there is no head, so the VLM itself is trained
  let examples = try FrameExamples([training[0]], for: openVLA)
  let optimizer = AdamW(openVLA.backbone.parameters, weightDecay: 0)
  var (draws, losses) = (SeededRandom(seed: lesson.seed), [Float]())
  lesson.repeating(tokenSteps, "openvla's action tokens") {
    let batch = (0..<8).map { _ in draws.integer(below: examples.count) }
    let loss = examples.loss(of: openVLA, on: batch, using: &draws)
    loss.backward()
    optimizer.step(learningRate: learningRate, maximumNorm: 1)
    losses.append(loss.item)
  }
  let expected = openVLA.head.expectedInitialLoss(examples.expert)
  lesson.result("spokenFirstLoss", losses[0], "first loss; ln(vocabulary) = \(expected)")
  lesson.result("spokenLoss", losses[tokenSteps - 1], "last loss of the action tokens")

  lesson.finish(
    readNext: [
      "Sources/VLMs/Registry/VLM.swift", "Sources/VLMs/Networks/LLaVA.swift",
      "Sources/VLMs/Networks/OpenVLA+Actions.swift", "Sources/VLMs/Registry/VLA+FromVLM.swift",
    ],
    tryThis: [
      "traced = \"blip-2\": which layer decides that the image becomes 2 tokens and not 4?",
      "traced = \"openvla\": two vision towers, so the image is traced twice. Where are they joined?",
      "Exercise: learned = 80. The toy VLM's unseen loss should fall to about 0.94, while every random "
        + "backbone's stays above 1.1. Why do more demonstrations help one more than the others?",
    ],
    theFieldCallsIt: "vision encoder, projector, prompt template, hidden states, foundation model")
}
