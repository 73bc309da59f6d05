// Lesson 6 · Rollouts
// About 7 s on 2 cores.

import Blackboard
import NanoVLA
import Tabletop
import Tensors

let idea = """
  A policy is judged by driving. In the closed loop each action changes what is seen next, so a small
  error leads to a place that no demonstration shows, where the next error is larger: errors compound.

  The aha: a low loss is not success. The very same network, with the very same loss, gets there
  often or seldom, depending on how many of its predicted actions are carried out before it looks
  again. Looking at every step sounds best and is not: a policy that decides anew at each moment can
  hesitate for ever between two good plans ("close now" and "close in a moment"). A chunk commits.
  But the longer it drives blindly, the staler its plan.
  """

// Knobs: change one, run again.
let chunk = 8  // K: actions predicted at once
let horizons = [1, 2, 4, 8]  // how many of them are carried out before looking again
let steps = 3000  // batches to learn from
let episodes = 200  // held-out layouts
let shown = 6  // episodes on the contact sheet

Lesson.run(6, "Rollouts", idea: idea) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  var random = SeededRandom(seed: lesson.seed)
  let policy = try VLA(
    backbone: try .bundled(), statistics: try .bundled(), chunk: chunk, using: &random)

  lesson.heading("One policy that plans \(chunk) steps ahead")
  let examples = try CloningExamples(demonstrations, for: policy)
  let training = BehaviorCloning(policy, on: examples, steps: steps, seed: lesson.seed)
  lesson.repeating(steps, "training") { training.step() }
  let loss = training.loss(on: Array(0..<examples.count)).item
  lesson.result("loss", loss, "on the demonstrations: one number for all that follows")

  lesson.heading("From a picture to \(chunk) actions")
  let start = Suite.object.initialState(seed: Suite.firstHeldOutSeed)
  lesson.say("“\(start.task.instruction)”")
  let plan = try lesson.trace(
    "from picture and words to a plan", skipping: TransformerBlock.insides
  ) {
    let now = Observation(
      Renderer().render(start.scene), proprioception: start.scene.proprioception)
    return try policy.predictChunk([now], instruction: start.task.instruction)
  }
  lesson.table(
    columns: ["step", "dx", "dy", "dz", "gripper"],
    rows: try plan.enumerated().map { k, normalized in
      let action = try policy.statistics.robotAction(normalized)
      let moves = [action.dx, action.dy, action.dz].map { Terminal.signed($0) }
      return [k + 1, moves[0], moves[1], moves[2], action.gripper > 0 ? "close" : "open"]
    })

  lesson.heading("Success against the number of actions carried out blindly")
  let layouts = Suite.heldOutSeeds(episodes)
  var curve: [(label: String, value: Double, text: String)] = []
  func drive(_ name: String, _ label: String, _ loop: ClosedLoop) throws {
    let success = SuccessRate(of: try loop(policy, seeds: layouts))
    lesson.keep("success_\(name)", success.rate)
    curve.append((label, success.rate, "\(success)"))
  }
  for executed in horizons {
    try drive(
      "execute\(executed)", "first \(executed)",
      ClosedLoop(in: TabletopEnvironment(), executionHorizon: executed))
  }
  try drive(
    "ensemble", "ensemble",
    ClosedLoop(in: TabletopEnvironment(), executionHorizon: 1, ensembles: true))
  lesson.bars("Success by execution horizon", .successRate, curve)
  lesson.say(
    "Same network, same loss. Temporal ensembling keeps the commitment of a chunk while looking at "
      + "every step: what earlier plans said about this moment still has a vote.")

  lesson.heading("What it looks like")
  let filmed = try ClosedLoop(in: TabletopEnvironment(), executionHorizon: 2, keepsRecord: true)(
    policy, seeds: layouts)
  let best = filmed.filter { $0.ending.isSuccess }.prefix(shown / 2)
  let worst = filmed.filter { !$0.ending.isSuccess }.prefix(shown - best.count)
  for episode in best + worst {
    lesson.say("\(episode.ending.name) after \(episode.steps) steps: \(episode.instruction)")
  }
  try lesson.save(
    .contactSheet(
      episodes: (best + worst).map {
        ("\($0.instruction): \($0.ending.name) after \($0.steps) steps", $0.frames)
      }), as: "rollouts.png",
    "The pictures, one episode a row")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Policy/ClosedLoop.swift", "Sources/NanoVLA/Policy/TemporalEnsemble.swift",
    ],
    tryThis: [
      "steps = 300: the loss is higher. Is success lower at every horizon?",
      "Exercise: in ClosedLoop+Driving.swift use TemporalEnsemble(m: -0.5): new plans weigh more. Does it help?",
    ])
}
