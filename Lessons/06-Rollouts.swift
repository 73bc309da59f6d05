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
let shownHorizon = 2  // of the contact sheet; one of the horizons
let shown = 6  // episodes on the contact sheet

Lesson.run(6, "Rollouts", idea: idea) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  var random = SeededRandom(seed: lesson.seed)
  let policy = try VLA(
    backbone: try .bundled(), statistics: try .bundled(), chunk: chunk, using: &random)

  lesson.heading("One policy that predicts \(chunk) actions at once")
  let examples = try CloningExamples(
    Array(demonstrations.prefix(demonstrationCount)), for: policy)
  let training = BehaviorCloning(policy, on: examples, steps: steps, seed: lesson.seed)
  lesson.repeating(steps, "training") { training.step() }
  let loss = training.loss(on: Array(0..<examples.count)).item
  lesson.result("loss", loss, "on the demonstrations; the same for all results below")

  lesson.heading("From one observation to \(chunk) actions")
  let layouts = Array(Suite.heldOutSeeds(episodes))
  var environment = TabletopEnvironment()
  environment.reset(to: layouts[0])
  lesson.say("“\(environment.instruction)”")
  let plan = try lesson.trace("observation to chunk", skipping: TransformerBlock.insides) {
    try policy.predictChunk([environment.observation()], instruction: environment.instruction)
  }
  lesson.table(
    columns: ["step", "dx", "dy", "dz", "gripper"],
    rows: try plan.enumerated().map { k, normalized in
      let action = try policy.statistics.robotAction(normalized)
      let moves = [action.dx, action.dy, action.dz].map { Terminal.signed($0) }
      return [k + 1, moves[0], moves[1], moves[2], action.gripper > 0 ? "close" : "open"]
    })

  lesson.heading("Success by execution horizon")
  var bars: [(label: String, value: Double, text: String)] = []
  var recorded: [Int: [Episode]] = [:]
  func evaluate(_ name: String, _ label: String, _ loop: ClosedLoop) throws -> [Episode] {
    let episodes = try loop(policy, seeds: layouts)
    let success = SuccessRate(of: episodes)
    lesson.keep("success_\(name)", success.rate)
    bars.append((label, success.rate, "\(success)"))
    return episodes
  }
  for horizon in horizons {
    recorded[horizon] = try evaluate(
      "execute\(horizon)", "first \(horizon)",
      ClosedLoop(in: environment, executionHorizon: horizon, keepsRecord: true))
  }
  _ = try evaluate(
    "ensemble", "ensemble", ClosedLoop(in: environment, executionHorizon: 1, ensembles: true))
  lesson.bars("Success rate of the first actions of a chunk", .successRate, bars)
  let (best, least) = (bars.max { $0.value < $1.value }!, bars.min { $0.value < $1.value }!)
  lesson.say(
    "Expected with seeds 0 to 2: .79, .99, .95, .85 and .95 for the ensemble, each ± .07. "
      + (best.value - least.value > 0.05
        ? "One loss, and success from \(Terminal.number(least.value)) (\(least.label)) to "
          + "\(Terminal.number(best.value)) (\(best.label)): the loss does not tell them apart."
        : "Here all horizons succeed alike: this policy is too good, or too bad, to differ.")
      + " A horizon of 1 lets the policy hesitate between two plans (“close now”, “close soon”); a "
      + "long one acts on an old observation. A temporal ensemble observes at every step and averages "
      + "the predictions of earlier chunks for that step.")

  lesson.heading("Errors compound: the distance from the expert's action")
  // The environment is deterministic: an episode's actions lead through the same states again, and
  // in each of them the expert can be asked.
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
    let mean = (0..<environment.suite.horizon).compactMap { t -> (x: Double, y: Double)? in
      let running = all.filter { $0.count > t }.map { $0[t] }
      return running.isEmpty ? nil : (Double(t + 1), running.reduce(0, +) / Double(running.count))
    }
    return LineChart.Curve("execution horizon \(horizon)", mean)
  }
  try lesson.chart(
    LineChart(
      "Mean distance from the expert's action, over running episodes",
      x: Axis("step of the episode", 1...Double(environment.suite.horizon)),
      y: Axis("distance (world units per step)", 0...0.3), curves), as: "deviation.png")

  lesson.heading("What it looks like, execution horizon \(shownHorizon)")
  let films = recorded[shownHorizon] ?? []
  let successes = films.filter { $0.ending.isSuccess }.prefix(shown / 2)
  let failures = films.filter { !$0.ending.isSuccess }.prefix(shown - successes.count)
  try lesson.save(
    .contactSheet(
      episodes: (successes + failures).map {
        ("\($0.instruction): \($0.ending.name) after \($0.steps) steps", $0.frames)
      }), as: "rollouts.png", "The frames, one episode per row")

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
        + "nearly all the weight. Solved if “ensemble” and “first 1” differ by less than .05.",
    ])
}
