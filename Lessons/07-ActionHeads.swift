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
  One backbone, one set of demonstrations, one training loop: only what the policy SAYS differs. A
  number; a choice among bins; numbers for the pose and a choice for the gripper; or a current that
  carries noise to an action. Which is best? When the task is clear, all of them are good.

  The aha: the mean of two good actions can be a bad one. A post stands in the way, and the expert goes
  left or right round it, for no reason at all. A head that answers with the mean of what it saw stays
  in the middle and drives into the post. A head that can say "left or right" picks one and arrives.
  """

// Knobs: change one, run again.
let heads: KeyValuePairs<String, ActionHeadKind> = [
  "mse": .mse, "l1": .l1, "residual": .residual, "hybrid": .hybrid,
  "bins32": .tokens(bins: 32), "bins256": .tokens(bins: 256), "flow": .flow,
]
let few = 10  // of the bundled demonstrations to learn from; then all 100
let steps = 3000  // batches to learn from
let chunk = 2  // K: actions predicted at once, and carried out before looking again
let episodes = 200  // held-out layouts to drive on
let detourHeads: KeyValuePairs<String, ActionHeadKind> = [
  "mse": .mse, "l1": .l1, "tokens": .tokens(bins: 32), "flow": .flow,
]
let detours = 100  // demonstrations round the post
let shown = 1  // of the held-out layouts, on the picture
let detourSteps = 6000  // the flow needs more to part its two currents

Lesson.run(7, "Action heads", idea: idea) { lesson in
  let backbone = try ToyVLM.bundled()
  let layouts = Suite.heldOutSeeds(episodes)

  /// Trains a head of `kind`, after asking for its loss.
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

  lesson.heading("The same data, other words")
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  lesson.table(
    columns: ["head", "\(few) shown", "100 shown", "first", "theory", "RMS", "µs", "kB"],
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
      + "“theory” what a head that knows nothing should have. “RMS” is how far the nearest action that "
      + "it can say lies from the expert's; “µs” and “kB” are of the head alone, for one action.")

  lesson.heading("Two modes")
  let recorded = try DemonstrationDataset.generate(suite: .obstacle, count: detours).demonstrations
  let left = recorded.count { $0.actions[0][0] < 0 }
  lesson.say(
    "A post stands between arm and object. The expert begins with a step sideways: \(left) times to "
      + "the left, \(detours - left) times to the right. And the heads, on new layouts?")
  var episodes: [(caption: String, frames: [RGBImage])] = []
  lesson.bars(
    "Success around the post", .successRate,
    try detourHeads.map { name, kind in
      let policy = try clone(name, kind, from: recorded, steps: detourSteps, weightDecay: 0.03)
        .policy
      let driven = try ClosedLoop(
        in: TabletopEnvironment(.obstacle), executionHorizon: chunk, keepsRecord: true)(
          policy, seeds: layouts)
      episodes.append(
        ("\(name): \(driven[shown].ending.name)", Array(driven[shown].frames.prefix(8))))
      lesson.keep("twoMode_\(name)", SuccessRate(of: driven).rate)
      return (name, SuccessRate(of: driven).rate, "\(SuccessRate(of: driven))")
    })
  lesson.say(
    "The squared error wants the mean of left and right: straight on. The absolute error wants the "
      + "median. Where half went either way, any number in between is one; a few more to one side, and "
      + "the median is that side. Tokens and flow keep both ways apart.")
  try lesson.save(
    .contactSheet(episodes: episodes), as: "two-modes.png", "One layout, a head a row")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Action/ActionHead.swift", "Sources/NanoVLA/Action/FlowMatchingHead.swift",
      "Sources/NanoVLA/Action/TokenHead.swift", "Sources/Tabletop/Expert+Detour.swift",
    ],
    tryThis: [
      "detours = 20: which side has the majority now, and which heads follow it?",
      "A policy with `history: 3` in VLA(…): does it help where one look tells all?",
      "Exercise: set integrationSteps = 1 in FlowMatchingHead. What does one big step lead to, and why?",
    ])
}
