// Lesson 6 · Rollouts
// About 7 s on 2 cores.
//
// A policy is judged by driving. In the closed loop each action changes what is seen next, so a small
// error leads to a place that no demonstration shows, where the next error is larger: errors compound.
//
// The aha: a low loss is not success. The very same network, with the very same loss, gets there
// often or seldom, depending on how many of its predicted actions are carried out before it looks
// again. Looking at every step sounds best and is not: a policy that decides anew at each moment can
// hesitate for ever between two good plans ("close now" and "close in a moment"). A chunk commits.
// But the longer it drives blindly, the staler its plan.

import Blackboard
import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors

// Knobs: change one, run again.
let chunk = 8  // K: actions predicted at once
let horizons = [1, 2, 4, 8]  // how many of them are carried out before looking again
let steps = 3000  // batches to learn from
let episodes = 200  // held-out layouts
let shown = 6  // episodes on the contact sheet

Lesson.run(6, "Rollouts", file: #filePath) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  var random = SeededRandom(seed: lesson.seed)
  let policy = try VLA(
    backbone: try .bundled(), statistics: try .bundled(), chunk: chunk, using: &random)

  lesson.heading("One policy that plans \(chunk) steps ahead")
  let examples = try CloningExamples(demonstrations, for: policy)
  let training = BehaviorCloning(policy, on: examples, steps: steps, seed: lesson.seed)
  for step in 1...steps {
    training.step()
    lesson.progress(step, of: steps, "training")
  }
  let loss = training.loss(on: Array(0..<examples.count)).item
  lesson.result(
    "loss", loss, "cross-entropy on the demonstrations: one number for all that follows")

  lesson.heading("From a picture to \(chunk) actions")
  let start = Suite.object.makeEpisodeStart(seed: Suite.firstHeldOutSeed)
  let world = TabletopWorld(scene: start.scene, task: start.task, horizon: Suite.object.horizon)
  lesson.say("“\(start.task.instruction)”")
  let plan = try lesson.trace(
    "from picture and words to a plan", skipping: TransformerBlock.insides
  ) {
    let now = Observation(
      Renderer().render(world.scene), proprioception: world.scene.proprioception)
    return try policy.predictChunk([now], instruction: start.task.instruction)
  }
  let rows = try plan.enumerated().map { k, action in
    let action = try policy.statistics.robotAction(action)
    return ["\(k + 1)"]
      + [action.dx, action.dy, action.dz].map { String(format: "%+.3f", $0) }
      + [action.gripper > 0 ? "close" : "open"]
  }
  lesson.table(columns: ["step", "dx", "dy", "dz", "gripper"], rows: rows)

  lesson.heading("Success against the number of actions carried out blindly")
  let layouts = Suite.heldOutSeeds(episodes)
  var curve: [(label: String, value: Double, text: String)] = []
  for executed in horizons {
    let driven = try ClosedLoop(executed: executed)(policy, seeds: layouts)
    let success = SuccessRate(of: driven)
    lesson.result("success_execute\(executed)", success.rate, "the first \(executed): \(success)")
    curve.append(("first \(executed)", success.rate, "\(success)"))
  }
  let ensemble = SuccessRate(
    of: try ClosedLoop(executed: 1, ensembles: true)(policy, seeds: layouts))
  lesson.result(
    "success_ensemble", ensemble.rate, "looks at every step, averages its plans: \(ensemble)")
  lesson.bars(curve + [("ensemble", ensemble.rate, "\(ensemble)")])
  lesson.say(
    "Same network, same loss. Temporal ensembling keeps the commitment of a chunk while looking at "
      + "every step: what earlier plans said about this moment still has a vote.")

  lesson.heading("What it looks like")
  let filmed = try ClosedLoop(executed: 2, keepsFrames: true)(policy, seeds: layouts)
  let best = filmed.filter { $0.outcome == .success }.prefix(shown / 2)
  let worst = filmed.filter { $0.outcome != .success }.prefix(shown - best.count)
  let sheet = RGBImage.contactSheet(
    rows: (best + worst).map { episode in
      let stride = max(1, (episode.frames.count + 7) / 8)
      return episode.frames.enumerated().filter { $0.offset % stride == 0 }.map {
        $0.element.enlarged(by: 2)
      }
    }, padding: 4)
  let file = try lesson.output(named: "rollouts.png")
  try sheet.writePNG(to: file)
  for episode in best + worst {
    lesson.say("\(episode.outcome) after \(episode.steps) steps: \(episode.instruction)")
  }
  lesson.say("The pictures, one episode a row: nanovla-output/\(file.lastPathComponent)")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Policy/ClosedLoop.swift", "Sources/NanoVLA/Policy/TemporalEnsemble.swift",
    ],
    tryThis: [
      "steps = 300: the loss is higher. Is success lower at every horizon?",
      "Exercise: in ClosedLoop+Driving.swift use TemporalEnsemble(m: -0.5): new plans weigh more. Does it help?",
    ])
}
