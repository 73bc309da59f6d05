// Lesson 7 · Action heads
// About 45 s on 2 cores.

import Blackboard
import Foundation
import Images
import NanoVLA
import Runs
import Tabletop
import Tensors

let idea = """
  One backbone, one set of demonstrations, one training loop; only the output differs: numbers
  (regression), a choice among bins, both (hybrid), or a velocity field that carries noise to an
  action (flow matching). The aha: the mean of two good actions can be a bad one. Where the expert
  passes a post on the left or on the right, regression drives into the post.
  """

// Knobs: change one, run again.
let heads: KeyValuePairs<String, ActionHeadKind> = [
  "mse": .mse, "l1": .l1, "residual": .residual, "hybrid": .hybrid,
  "bins32": .tokens(bins: 32), "bins256": .tokens(bins: 256), "flow": .flow,
]
let few = 10  // of the bundled demonstrations to learn from; then all 100
let steps = 3000  // batches to learn from
let chunk = 2  // K, actions predicted at once and executed before the next observation
let episodes = 200  // held-out layouts to evaluate on
let detourHeads: KeyValuePairs<String, ActionHeadKind> = [
  "mse": .mse, "l1": .l1, "tokens": .tokens(bins: 32), "flow": .flow,
]
let detours = 100  // demonstrations around the post
let detourSteps = 6000  // flow matching needs more to separate the two modes
let shown = 1  // of the held-out layouts, in the picture

Lesson.run(7, "Action heads", idea: idea) { lesson in
  let backbone = try ToyVLM.bundled()
  let layouts = Suite.heldOutSeeds(episodes)

  /// Trains a head of `kind`; also returns its loss before training.
  func clone(
    _ name: String, _ kind: ActionHeadKind, from demonstrations: [Demonstration], steps: Int,
    weightDecay: Float = 0.3
  ) throws -> (policy: VLA, examples: CloningExamples, firstLoss: Float) {
    let actions = demonstrations.flatMap(\.actions).map { RobotAction($0) }
    let statistics = try ActionStatistics(
      of: actions, in: .tabletop, trajectories: demonstrations.count)
    var random = SeededRandom(seed: lesson.seed)
    let policy = try VLA(
      backbone: backbone, statistics: statistics, head: kind, chunk: chunk, using: &random)
    let examples = try CloningExamples(demonstrations, for: policy)
    let training = BehaviorCloning(
      policy, on: examples, steps: steps, weightDecay: weightDecay, seed: lesson.seed)
    let first = withoutGradient { training.loss(on: Array(0..<examples.count)).item }
    lesson.repeating(steps, "\(name), \(demonstrations.count) demonstrations") { training.step() }
    return (policy, examples, first)
  }

  lesson.heading("Flow matching, from state to loss")
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  var random = SeededRandom(seed: lesson.seed)
  let untrained = try VLA(
    backbone: backbone, statistics: .bundled(), head: .flow, chunk: chunk, using: &random)
  let one = try CloningExamples([demonstrations[0]], for: untrained)
  _ = lesson.trace("the time steps of one demonstration") {
    _ = one.states.traced("state", "from the frozen backbone")
    _ = one.expert.actions.traced("expert", "normalized chunks, the target")
    return untrained.head.loss(one.states, one.expert, using: &random)
  }

  lesson.heading("The same data, different heads")
  lesson.table(
    columns: ["head", "\(few) demos", "100 demos", "first", "expected", "RMS", "µs", "kB"],
    rows: try heads.map { name, kind in
      func success(_ policy: VLA, _ key: String) throws -> String {
        let success = SuccessRate(
          of: try ClosedLoop(in: TabletopEnvironment(), executionHorizon: chunk)(
            policy, seeds: layouts))
        lesson.keep(key, success.rate)
        return "\(success)".components(separatedBy: " (")[0].replacing("0.", with: ".")
      }
      let some = try clone(name, kind, from: Array(demonstrations.prefix(few)), steps: steps).policy
      let early = try success(some, "success_\(name)_\(few)")
      let (policy, examples, first) = try clone(name, kind, from: demonstrations, steps: steps)
      let head = policy.head
      return [
        name, early, try success(policy, "success_\(name)"), first,
        head.expectedInitialLoss(examples.expert), head.quantizationError(on: examples.expert),
        Int(head.microsecondsPerAction(for: examples.states.rows(at: [0]))),
        head.parameterCount * 4 / 1000,
      ]
    })
  lesson.say(
    "Success on \(episodes) new layouts, with its 95 % interval. “first” is the loss before training, "
      + "“expected” the expected loss at initialization. “RMS” is the quantization error in normalized "
      + "units; “µs” and “kB” are for one action and of the head alone.")

  lesson.heading("Experiment: two modes")
  let recorded = try DemonstrationDataset.generate(suite: .obstacle, count: detours).demonstrations
  let left = recorded.count { $0.actions[0][0] < 0 }
  lesson.say(
    "A post stands between gripper and object. The expert goes around it on the left in \(left) "
      + "demonstrations, on the right in \(detours - left).")
  var films: [(caption: String, frames: [RGBImage])] = []
  var firstSteps: [(name: String, dx: [Double])] = []
  let results = try detourHeads.map { name, kind in
    let policy = try clone(name, kind, from: recorded, steps: detourSteps, weightDecay: 0.03).policy
    let rollouts = try ClosedLoop(
      in: TabletopEnvironment(.obstacle), executionHorizon: chunk, keepsRecord: true)(
        policy, seeds: layouts)
    films.append(
      ("\(name): \(rollouts[shown].ending.name)", Array(rollouts[shown].frames.prefix(8))))
    let firstChunks = try layouts.prefix(60).map { seed in
      let world = TabletopWorld(Suite.obstacle.initialState(seed: seed))
      let image = Renderer().render(world.scene)
      return try policy.predictAction(
        image, instruction: world.instruction, proprioception: world.proprioception)
    }
    firstSteps.append((name, firstChunks.map { Double($0.dx) }.sorted()))
    let success = SuccessRate(of: rollouts)
    lesson.keep("twoMode_\(name)", success.rate)
    return (label: name, value: success.rate, text: "\(success)")
  }
  lesson.bars("Success around the post, by head", .successRate, results)
  let success = Dictionary(uniqueKeysWithValues: results.map { ($0.label, $0.value) })
  if let mse = success["mse"], let tokens = success["tokens"] {
    lesson.say(
      tokens > mse + 0.2
        ? "The squared error is smallest at the mean of left and right: straight ahead. The absolute "
          + "error is smallest at the median, which any small majority decides. Tokens and flow "
          + "represent both modes. (Expected: mse at most .40, tokens at least .80.)"
        : "Here the squared error does as well as tokens. Do the demonstrations still go both ways?"
    )
  }
  let range = -0.1...0.1
  try lesson.chart(
    LineChart(
      "First dx of 60 layouts, sorted", x: Axis("layouts (sorted by dx)", 0...59),
      y: Axis("dx (world units per step)", range),
      firstSteps.map { name, dx in
        .init(name, dx.enumerated().map { (Double($0), $1) })
      }), as: "first-dx.png")
  try lesson.save(
    .contactSheet(episodes: films), as: "two-modes.png", "One layout, a row per head")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/5-Cloning/ActionHead.swift", "Sources/NanoVLA/5-Cloning/TokenHead.swift",
      "Sources/NanoVLA/7-Heads/FlowMatchingHead.swift", "Sources/Tabletop/Expert+Detour.swift",
    ],
    tryThis: [
      "detours = 20: the text prints how many go left. Which heads follow the majority?",
      "integrationSteps = 1 in FlowMatchingHead: where does a single Euler step end, and why?",
      "Exercise: write a head of your own (see CONTRIBUTING) and add it to `heads`, for example the "
        + "median of three ContinuousHeads. Check: “first” and “expected” agree within 3 %.",
    ])
}
