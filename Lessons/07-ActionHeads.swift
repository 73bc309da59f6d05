// Lesson 7 · Action heads
// About 60 s on 2 cores.

import Blackboard
import NanoVLA
import Runs
import Tabletop
import Tensors
import VLMs

let idea = """
  One backbone, one set of demonstrations, one training loop; only the output differs: numbers
  (regression), a choice among bins, both (hybrid), a string of integers that a language model
  writes (text), or a velocity field that carries noise to an action (flow matching). The aha: the mean of two good actions can be a bad one. Where the expert
  passes a post on the left or on the right, regression drives into the post.
  """

// Knobs: change one, run again.
let heads: KeyValuePairs<String, ActionHeadKind> = [
  "mse": .mse, "l1": .l1, "residual": .residual, "hybrid": .hybrid,
  "bins32": .tokens(bins: 32), "bins256": .tokens(bins: 256), "flow": .flow, "text": .text,
]
let few = 10  // of the bundled demonstrations to learn from; then all 100
let steps = 3000  // batches to learn from
let textSteps = 600  // the same for text, which also learns captions
let episodes = 200  // held-out layouts to evaluate on
let detours = 100  // demonstrations around the post
let detourSteps = 6000  // flow matching needs more to separate the two modes

Lesson.run(7, "Action heads", idea: idea) { lesson in
  lesson.heading("Flow matching, from state to loss")
  let backbone = try ToyVLM.bundled()
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  var random = SeededRandom(seed: lesson.seed)
  let untrained = try VLA(backbone: backbone, statistics: .bundled(), head: .flow, using: &random)
  let one = try CloningExamples([demonstrations[0]], for: untrained)
  _ = lesson.trace("the time steps of one demonstration") {
    _ = one.states.traced("state", "from the frozen backbone")
    _ = one.expert.actions.traced("expert", "normalized chunks, the target")
    return untrained.head.loss(one.states, one.expert, using: &random)
  }

  /// Trains a head of `kind`; also returns its loss before training.
  func clone(
    _ kind: ActionHeadKind, from demonstrations: [Demonstration], steps: Int = steps,
    weightDecay: Float = 0.3
  ) throws -> (policy: VLA, examples: CloningExamples, firstLoss: Float) {
    let statistics = try ActionStatistics(of: demonstrations)
    var random = SeededRandom(seed: lesson.seed)
    let policy = try VLA(backbone: backbone, statistics: statistics, head: kind, using: &random)
    let examples = try CloningExamples(demonstrations, for: policy)
    if let head = policy.head as? TextHead { try head.coTrain(on: CaptionExamples(for: policy)) }
    let training = BehaviorCloning(
      policy, on: examples, steps: steps, weightDecay: weightDecay, seed: lesson.seed)
    let first = withoutGradient { training.loss(on: Array(0..<examples.count)).item }
    lesson.repeating(steps, "\(demonstrations.count) demonstrations") { training.step() }
    return (policy, examples, first)
  }
  func act(_ policy: VLA, in world: TabletopEnvironment) throws -> [Episode] {
    try ClosedLoop(in: world, executionHorizon: policy.head.chunk, keepsRecord: true)(
      policy, seeds: Suite.heldOutSeeds(episodes))
  }

  lesson.heading("The same data, different heads: success on \(episodes) new layouts, ± .07")
  lesson.table(
    columns: ["head", "\(few) demos", "100 demos", "first loss", "expected", "quantization error"],
    rows: try heads.map { name, kind in
      let steps = kind == .text ? textSteps : steps
      let early = try clone(kind, from: Array(demonstrations.prefix(few)), steps: steps).policy
      let (policy, examples, first) = try clone(kind, from: demonstrations, steps: steps)
      let rates = try [early, policy].map { SuccessRate(of: try act($0, in: .init())).rate }
      lesson.keep("success_\(name)_\(few)", rates[0])
      lesson.keep("success_\(name)", rates[1])
      if let head = policy.head as? TextHead {
        let images = try CaptionExamples(for: policy, firstSeed: CaptionExamples.firstHeldOutSeed)
        lesson.keep("captions_\(name)", images.accuracy(of: head))
        let state = images.states.rows(at: [0])
        let texts = head.actionStrings(for: state, using: &random) + head.captions(for: state)
        lesson.say("Text to act: “\(texts[0])”; to describe an image: “\(texts[1])”")
      }
      let expected = policy.head.expectedInitialLoss(examples.expert)
      let rms = policy.head.quantizationError(on: examples.expert)
      return [name, rates[0], rates[1], first, expected, rms]
    })

  let recorded = try DemonstrationDataset.generate(suite: .obstacle, count: detours).demonstrations
  let left = recorded.count { $0.actions[0][0] < 0 }
  lesson.heading("Experiment: the expert passes a post, on the left in \(left) of \(detours) cases")
  let modes: KeyValuePairs<String, ActionHeadKind> = [
    "mse": .mse, "l1": .l1, "tokens": .tokens(bins: 32), "flow": .flow,
  ]
  let results = try modes.map { name, kind in
    let policy = try clone(kind, from: recorded, steps: detourSteps, weightDecay: 0.03).policy
    let rollouts = try act(policy, in: .init(.obstacle))
    let success = SuccessRate(of: rollouts)
    lesson.keep("twoMode_\(name)", success.rate)
    return (name: name, success: success, rollouts: Array(rollouts.prefix(60)))
  }
  lesson.bars(
    "Success around the post; expected: mse at most .40, tokens at least .80", .successRate,
    results.map { ($0.name, $0.success.rate, "\($0.success)") })
  lesson.say(
    results[2].success.rate > results[0].success.rate + 0.2  // tokens, mse
      ? "The squared error is smallest at the mean of left and right: straight ahead; the absolute "
        + "error at the median, which any majority decides. Tokens and flow represent both modes."
      : "Here the squared error does as well as tokens. Do the demonstrations still go both ways?")
  try lesson.chart(
    LineChart(
      "First dx of 60 layouts, sorted", x: Axis("layouts (sorted by dx)", 0...59),
      y: Axis("dx (world units per step)", -0.1...0.1),
      results.map { .init($0.name, $0.rollouts.map { $0.actions[0].dx }.sorted()) }),
    as: "first-dx.png")

  let films = results.map { name, _, rollouts in
    (caption: "\(name): \(rollouts[1].ending.name)", frames: Array(rollouts[1].frames.prefix(8)))
  }
  try lesson.save(.contactSheet(episodes: films), as: "two-modes.png", "One layout, a row per head")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/5-Cloning/ActionHead.swift", "Sources/NanoVLA/5-Cloning/TokenHead.swift",
      "Sources/NanoVLA/7-Heads/FlowMatchingHead.swift", "Sources/Tabletop/Expert+Detour.swift",
    ],
    tryThis: [
      "detours = 20: the text prints how many go left. Which heads follow the majority?",
      "integrationSteps = 1 in FlowMatchingHead: where does a single Euler step end, and why?",
      "Exercise: write a head of your own (see CONTRIBUTING) and add it to `heads`, for example the "
        + "median of three ContinuousHeads. Solved if first and expected loss agree within 3 %.",
    ])
}
