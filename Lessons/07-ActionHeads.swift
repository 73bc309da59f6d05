// Lesson 7 · Action heads
// About 65 s on 2 cores.

import Blackboard
import NanoVLA
import Runs
import Tabletop
import Tensors

let idea = """
  Heads differ in their output: numbers (regression), a choice among bins, both (hybrid), a string
  of integers (text), or a velocity from noise to an action (flow matching). The aha: the mean of two
  good actions can be a bad one. Regression drives into a post that the expert passes on both sides.
  """

// Knobs: change one, run again.
let heads: KeyValuePairs<String, ActionHeadKind> = [
  "mse": .mse, "l1": .l1, "residual": .residual, "hybrid": .hybrid,
  "bins32": .tokens(bins: 32), "bins256": .tokens(bins: 256), "flow": .flow, "text": .text,
]
let shown = ["l1", "bins32", "flow"]  // whose losses are drawn
let few = 10  // of the bundled demonstrations to learn from; then all 100
let steps = 3000  // batches to learn from
let textSteps = 600  // the same for text, which also learns captions
let episodes = 200  // held-out layouts to evaluate on
let detours = 100  // demonstrations around the post
let detourSteps = 6000  // flow matching needs more to separate the two modes
let moved = 200  // demonstrations on the belt
let delays = 0...4  // steps that the world moves on while the policy thinks

Lesson.run(7, "Action heads", idea: idea) { lesson in
  lesson.heading("Flow matching, from state to loss")
  let (backbone, dataset) = try (ToyVLM.bundled(), DemonstrationDataset.bundled())
  let demonstrations = dataset.demonstrations
  let unseen = (900..<920).compactMap { Demonstration.record(suite: .object, seed: $0) }
  var random = SeededRandom(seed: lesson.seed)
  let untrained = try VLA(backbone: backbone, statistics: .bundled(), head: .flow, using: &random)
  let one = try CloningExamples([demonstrations[0]], for: untrained)
  _ = lesson.trace("the time steps of one demonstration") {
    _ = one.states.traced("state", "from the frozen backbone")
    _ = one.expert.actions.traced("expert", "normalized chunks")
    return untrained.head.loss(one.states, one.expert, using: &random)
  }
  let (a, ε) = (one.expert.actions[0, 0, 0], random.normal())
  let terms = [a, ε, (a + ε) / 2, ε - a].map { Terminal.signed($0) }
  lesson.say(
    "A dx a = \(terms[0]) and noise ε = \(terms[1]): at t = 1/2 the input is \(terms[2]); at every t "
      + "the target is the velocity ε − a = \(terms[3]).")
  let clone = HeadTrials(on: backbone, heldOut: unseen, seed: lesson.seed) {
    lesson.progress($0, of: $1, "training a head")
  }
  lesson.heading("The same data, different heads: success on \(episodes) new layouts")
  var curves: [LineChart.Curve] = []
  lesson.table(
    columns: ["head", "\(few) demos", "100 demos", "first loss", "expected", "quantization error"],
    rows: try heads.map { name, kind in
      let (steps, isDrawn) = (kind == .text ? textSteps : steps, shown.contains(name))
      let early = try clone(kind, Array(demonstrations.prefix(few)), steps: steps)
      let trial = try clone(kind, demonstrations, points: isDrawn ? 10 : 0, steps: steps)
      curves += trial.losses.map { .init("\(name), \($0)", $1) }
      if let text = try trial.writing() {
        lesson.keep("captions_\(name)", text.accuracy)
        lesson.say("Text to act: “\(text.action)”; to describe an image: “\(text.caption)”")
      }
      let rates = try [early, trial].map { SuccessRate(of: try $0.episodes(episodes, in: .init())) }
      return [name, lesson.keep("success_\(name)_\(few)", rates[0].rate)]
        + [lesson.keep("success_\(name)", rates[1].rate)]
        + [trial.firstLoss, trial.expectedLoss, trial.quantizationError]
    })
  try lesson.chart(
    LineChart("Learning from 100 demonstrations", x: "step", y: "loss / first loss", curves),
    as: "loss-7.png")
  let recorded = try DemonstrationDataset.generate(suite: .obstacle, count: detours).demonstrations
  let left = recorded.count { $0.actions[0][0] < 0 }
  lesson.heading("Experiment: the expert passes a post, on the left in \(left) of \(detours) cases")
  let modes: KeyValuePairs<String, ActionHeadKind> = [
    "mse": .mse, "l1": .l1, "tokens": .tokens(bins: 32), "flow": .flow,
  ]
  let results = try modes.map { name, kind in
    let trial = try clone(kind, recorded, steps: detourSteps, weightDecay: 0.03)
    let rollouts = try trial.episodes(episodes, in: .init(.obstacle))
    let success = lesson.keep("twoMode_\(name)", SuccessRate(of: rollouts).rate)
    return (name: name, success: success, dx: rollouts.map { $0.actions[0].dx }, trial: trial)
  }
  lesson.bars(
    "Success around the post, and how many layouts begin to the left", .successRate,
    results.map { name, success, dx, _ in (name, success, "\(dx.count { $0 < 0 }) left") })
  lesson.say(
    "The squared error is smallest at the mean of left and right: straight ahead; the absolute error "
      + "at the median, which any majority decides. Tokens and flow represent both modes.")
  try lesson.histograms(
    "First dx of \(episodes) layouts", Axis("dx (world units per step)", -0.1...0.1), bins: 20,
    results.map { ($0.name, $0.dx) }, as: "first-dx.png")
  let paths = try results[3].trial.policy.flowPaths(
    of: 0, in: TabletopEnvironment(.obstacle), count: 40, seed: lesson.seed)
  try lesson.chart(
    LineChart(
      "One state, 40 draws of noise", x: Axis("Euler step", 0...10), y: Axis("dx", -3...3),
      paths.map { .init($0.last! < 0 ? "to the left" : "to the right", $0) }),
    as: "flow-paths.png")
  lesson.heading("Real time: objects on a belt, and chunks that arrive after a delay")
  let moving = try DemonstrationDataset.generate(suite: .belt, count: moved).demonstrations
  let flow = try clone(.flow, moving, chunk: 8, steps: steps, weightDecay: 0.01)
  let late = try flow.successByDelay(delays, episodes: episodes, in: .init(.belt))
  try lesson.successRates("Success on a belt", Axis("delay (steps)", 0...4), late, as: "delay")
  lesson.say(
    "Synchronous: the robot stands still until the chunk arrives. Asynchronous: it continues the "
      + "old chunk, whose plan may differ. Blended: the flow is guided to continue the old one.")
  lesson.finish(
    readNext: [
      "Sources/NanoVLA/5-Cloning/ActionHead.swift",
      "Sources/NanoVLA/7-Heads/FlowMatchingHead.swift", "Sources/Runs/RealTime/DelayedLoop.swift",
    ],
    tryThis: [
      "detours = 20: the heading prints how many go left. Which heads follow the majority?",
      "Exercise: write a head of your own (see CONTRIBUTING) and add it to `heads`, for example the "
        + "median of three ContinuousHeads. Solved if first and expected loss agree within 3 %.",
    ],
    theFieldCallsIt: "multimodality, mode averaging, flow matching, real-time chunking")
}
