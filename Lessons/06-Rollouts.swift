// Lesson 6 · Rollouts
// About 10 s on 2 cores.

import Blackboard
import NanoVLA
import Tabletop
import Tensors

let idea = """
  A policy is judged by acting. In the closed loop each action changes the next observation, so a
  small error leads to a state that no demonstration shows (covariate shift), and errors compound.
  The aha: low loss is not success. One network with one loss succeeds often or seldom, depending
  on how many actions of a chunk it executes before it observes again.
  """

// Knobs: change one, run again.
let chunk = 8  // K, actions predicted at once
let horizons = [1, 2, 4, 8]  // execution horizons to compare
let demonstrationCount = 100  // of the bundled demonstrations
let steps = 3000  // training batches
let episodes = 200  // held-out layouts

Lesson.run(6, "Rollouts", idea: idea) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations.prefix(demonstrationCount)
  var random = SeededRandom(seed: lesson.seed)
  let policy = try VLA(backbone: .bundled(), statistics: .bundled(), chunk: chunk, using: &random)

  lesson.heading("One policy that predicts \(chunk) actions at once")
  let examples = try CloningExamples(Array(demonstrations), for: policy)
  let training = BehaviorCloning(policy, on: examples, steps: steps, seed: lesson.seed)
  lesson.repeating(steps, "training") { training.step() }
  let loss = training.loss(on: Array(0..<examples.count)).item
  lesson.result("loss", loss, "on the demonstrations; the same for all results below")

  let layouts = Array(Suite.heldOutSeeds(episodes))
  var environment = TabletopEnvironment()
  environment.reset(to: layouts[0])
  lesson.heading("“\(environment.instruction)”: from one observation to \(chunk) actions")
  let plan = try lesson.trace("observation to chunk", skipping: TransformerBlock.insides) {
    try policy.predictChunk([environment.observation()], instruction: environment.instruction)
  }
  lesson.table(
    columns: ["step", "dx", "dy", "dz", "gripper"],
    rows: try plan.enumerated().map { k, normalized in
      let action = try policy.statistics.robotAction(normalized)
      let gripper = action.gripper > 0 ? "close" : "open"
      return [k + 1, action.dx, action.dy, action.dz, gripper]
    })

  lesson.heading("Success by execution horizon")
  var bars: [(label: String, value: Kept)] = []
  var recorded: [Int: [Episode]] = [:]
  func evaluate(_ name: String, _ label: String, _ loop: ClosedLoop) throws -> [Episode] {
    let episodes = try loop(policy, seeds: layouts)
    bars.append((label, lesson.keep("success_\(name)", SuccessRate(of: episodes).rate)))
    return episodes
  }
  for horizon in horizons {
    let loop = ClosedLoop(in: environment, executionHorizon: horizon, keepsRecord: true)
    recorded[horizon] = try evaluate("execute\(horizon)", "first \(horizon)", loop)
  }
  let ensemble = ClosedLoop(in: environment, executionHorizon: 1, ensembles: true)
  _ = try evaluate("ensemble", "ensemble", ensemble)
  lesson.bars("Success rate of the first actions of a chunk", .successRate, bars)
  let rates = bars.map(\.value.value)
  lesson.say(
    (rates.max()! - rates.min()! > 0.05
      ? "One loss, and success from \(rates.min()!) to \(rates.max()!): low loss is not success. "
      : "Here all horizons succeed alike: this policy is too good, or too bad, to differ. ")
      + "With a horizon of 1 the policy hesitates between two plans (“close now”, “close soon”); a long "
      + "one acts on an old observation. A temporal ensemble averages all predictions for a step.")

  lesson.heading("Errors compound: the distance from the expert's action")
  // The environment is deterministic: an episode's actions lead through the same states again.
  func deviations(_ episode: Episode) -> [Double] {
    environment.reset(to: episode.seed)
    return episode.actions.map { action in
      let expert = environment.expertAction()
      _ = environment.step(action)
      let squares = zip(action.values, expert.values).prefix(3).map { ($0 - $1) * ($0 - $1) }
      return Double(squares.reduce(0, +).squareRoot())
    }
  }
  let curves = [horizons.min()!, horizons.max()!].map { horizon in
    let all = recorded[horizon]!.map(deviations)
    let means = (0..<environment.suite.horizon).map { t in
      let running = all.filter { $0.count > t }.map { $0[t] }
      return running.reduce(0, +) / Double(running.count)  // not drawn if no episode is running
    }
    return LineChart.Curve("execution horizon \(horizon)", means, from: 1)
  }
  try lesson.chart(
    LineChart(
      "Mean distance from the expert's action, over running episodes",
      x: "step of the episode", y: "distance (world units per step)", curves), as: "deviation.png")

  let longest = recorded[horizons.max()!]!
  let successes = longest.filter { $0.ending.isSuccess }.prefix(3)
  let failures = longest.filter { !$0.ending.isSuccess }.prefix(3)
  let films = (successes + failures).map {
    (caption: "\($0.instruction): \($0.ending.name) after \($0.steps) steps", frames: $0.frames)
  }
  try lesson.save(.contactSheet(episodes: films), as: "rollouts.png", "One episode per row")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/6-Rollouts/ClosedLoop.swift", "Sources/NanoVLA/6-Rollouts/Rollout.swift",
      "Sources/NanoVLA/6-Rollouts/TemporalEnsemble.swift",
      "Sources/NanoVLA/0-Foundations/Environment.swift",
    ],
    tryThis: [
      "steps = 300: the loss is higher. Is success lower at every execution horizon?",
      "demonstrationCount = 10: which horizon loses most?",
      "Exercise: in ClosedLoop.swift use TemporalEnsemble(m: -3), so that the newest prediction has "
        + "nearly all the weight. Solved if “ensemble” and “first 1” differ by less than .05. "
        + "(Its tests: swift test --filter TemporalEnsembleTests.)",
    ],
    theFieldCallsIt: "action chunking, receding horizon (model predictive control), temporal "
      + "ensembling, compounding errors, covariate shift, DAgger")
}
