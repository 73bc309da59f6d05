// The gradient that GRPO estimates, against the true gradient of success.
//
//   swift run nanovla-lesson notebook GradientOfSuccess [--full] [--html gradient.html]
//
// About 1 minute on 2 cores.

import Blackboard
import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors
import VLMs

let question = """
  Reinforcement learning follows an estimate of a gradient. How well does GRPO's estimate point in
  the direction of the true gradient of the success rate, and what does the group size change if the
  number of rollouts stays the same? The answer needs a true gradient. A robot's cannot be known, so
  the first part uses a world small enough to enumerate every episode; the second part estimates how
  far the same estimate is from the truth on the tabletop, from two independent halves of many
  rollouts.
  """
let prediction = """
  GRPO divides by the deviation of a group's rewards. So with ever more rollouts it should follow
  the gradient not of the success rate p but of 2·arcsin √p, which gives weight to states that
  nearly always fail or nearly always succeed: its cosine with the true gradient has a limit below
  1. Without the division the limit is 1. At a fixed number of rollouts, a group of 2 has the
  noisiest baseline and very large groups see few initial states, so the best size should lie in
  between.
  """

// %% The world: a corridor
// A robot stands on one of eight cells of a corridor, one to four steps left or right of the goal,
// and must reach it in five steps. The environment is deterministic and an action number is one of
// four tokens (the last two both mean a step to the right), so an episode is one of at most 1,024
// sequences.
struct Corridor: Environment {
  static let starts = [-4, -3, -2, -1, 1, 2, 3, 4]  // cells; the goal is cell 0
  static let cells = 9
  private(set) var cell = 0
  private var steps = 0
  let space = ActionSpace(
    [.init("dx", unit: "cells per step", bounds: -1.5...1.5)], gripperConvention: .positiveClosed)
  let instruction = "go to the middle"
  var achievedOriginalTask: Bool { cell == 0 }

  func copy() -> Corridor { self }
  mutating func reset(to seed: UInt64) {
    (cell, steps) = (Self.starts[Int(seed) % Self.starts.count], 0)
  }
  func observation() -> Observation {
    Observation(RGBImage(width: 1, height: 1), proprioception: [Float(cell), 0, 0, 0])
  }
  mutating func step(_ action: RobotAction) -> Ending? {
    (cell, steps) = (cell + Int(action.values[0].rounded()), steps + 1)
    if cell == 0 { return .success }
    if abs(cell) > 4 { return .failure("left the corridor") }
    return steps < 5 ? nil : .failure("too slow")
  }
  func heldOutSeeds(_ count: Int) -> [UInt64] { (0..<count).map { UInt64($0) } }
  func practiceSeed(using random: inout SeededRandom) -> UInt64 {
    UInt64(random.integer(below: Self.starts.count))
  }
}

// %% The policy: a token head that reads the cell
// The backbone says which cell the robot is on, a vector with a single 1. The head is the course's
// own.
final class CellBackbone: Backbone {
  struct Configuration: Codable, Equatable, Sendable {}
  static let kind = "cell"
  let configuration = Configuration()
  let imageSize: Int? = nil
  static func make(
    _: Configuration, relativeTo: URL?, using: inout SeededRandom
  ) -> CellBackbone { CellBackbone() }
  func stateWidth(usesProprioception: Bool) -> Int { Corridor.cells }
  func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) -> Tensor {
    let cells = observations.map { Int($0.proprioception![0]) + 4 }
    return Self.oneHot(cells)  // → [N, 9]
  }
  static func oneHot(_ cells: [Int]) -> Tensor {
    let rows = cells.flatMap { cell in (0..<Corridor.cells).map { $0 == cell ? Float(1) : 0 } }
    return Tensor(rows, shape: [cells.count, Corridor.cells])
  }
}

func cosine(_ a: [Float], _ b: [Float]) -> Double {
  func dot(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
  let norms = (dot(a, a) * dot(b, b)).squareRoot()
  return norms > 0 ? dot(a, b) / norms : 0  // no signal at all is no direction
}

/// The gradient of one number with respect to a head's weights, as one vector.
func gradient(_ value: Tensor, of head: TokenHead) -> [Float] {
  value.backward()
  defer { head.parameters.forEach { $0.gradient = nil } }
  return head.parameters.flatMap { $0.gradient?.values ?? Array(repeating: 0, count: $0.count) }
}

/// How G rewards of a group become G advantages.
let advantages: KeyValuePairs<String, ([Float]) -> [Float]> = [
  "GRPO": { GroupAdvantage(rewards: $0).advantages },
  "not divided": { rewards in
    rewards.map { $0 - rewards.reduce(0, +) / Float(rewards.count) }
  },
  "no baseline": { $0 },
]

/// The ascent direction that the course's own pipeline estimates from groups of rollouts.
func estimate(
  _ groups: [RolloutGroup], _ policy: VLA, _ advantages: ([Float]) -> [Float]
) -> [Float] {
  let head = policy.head as! TokenHead
  let all = Experience(joining: groups, statistics: policy.statistics, advantages: advantages)
  let result = ClippedObjective()(
    new: head.logProbabilities(of: all.bins, for: all.states, temperature: 1),
    old: all.logProbabilities, advantages: all.advantages, mask: all.mask)
  let tokens = all.mask.values.reduce(0, +)  // the loss is a mean over them; here a sum
  return gradient(-result.loss * tokens, of: head)
}

Lesson.notebook("The gradient of success", question: question, prediction: prediction) { lesson in

  // %% Knobs
  lesson.heading("Knobs")
  let draws = lesson.knob("draws", 100, full: 400, "independent estimates for each number")
  let budget = lesson.knob("budget", 64, full: 64, "rollouts in one estimate")
  let tabletopRollouts = lesson.knob(
    "tabletopRollouts", 4096, full: 32_768, "rollouts in each half of the reference")
  let tabletopDraws = lesson.knob("tabletopDraws", 10, full: 40, "estimates on the tabletop")
  let sizes = [2, 4, 8, 16, 32]  // G, group sizes

  // %% The exact success rate
  // For each start, every sequence of tokens is executed in the environment. A sequence that
  // succeeds becomes a row that counts how often it takes token b on cell c. The policy's table of
  // log-probabilities then gives the probability of each: p = Σ exp(counts · ln π), which can be
  // differentiated.
  lesson.heading("The exact success rate")
  var random = SeededRandom(seed: lesson.seed)
  let corridor = Corridor()
  let policy = try VLA(
    backbone: CellBackbone(), space: corridor.space,
    statistics: ActionStatistics(boundsOf: corridor.space), head: .tokens(bins: 4), chunk: 1,
    usesProprioception: false, using: &random)
  let head = policy.head as! TokenHead
  let B = head.bins

  func successes(_ world: Corridor, _ counts: [Float]) throws -> [[Float]] {
    try (0..<B).flatMap { bin -> [[Float]] in
      var (next, counts) = (world, counts)
      counts[(world.cell + 4) * B + bin] += 1
      let action = NormalizedAction([head.value(of: bin)])
      guard let ending = next.step(try policy.statistics.robotAction(action)) else {
        return try successes(next, counts)
      }
      return ending == .success ? [counts] : []
    }
  }
  let sequences = try Corridor.starts.indices.map { seed in
    var world = corridor
    world.reset(to: UInt64(seed))
    let rows = try successes(world, Array(repeating: 0, count: Corridor.cells * B))
    return Tensor(rows.flatMap { $0 }, shape: [rows.count, Corridor.cells * B])
  }
  /// p of each start: the sum of the probabilities of all its successful sequences.
  func successRates() -> [Tensor] {
    let cells = CellBackbone.oneHot(Array(0..<Corridor.cells))
    let table = head.logProbabilities(for: cells, temperature: 1)  // [9, 1, 1, B]
      .reshaped([-1, 1])  // [9, 1, 1, B] → [9·B, 1]
    return sequences.map { $0.matmul(table).exp().sum() }  // [M, 9·B] × [9·B, 1] → [M, 1] → 1
  }
  func mean(_ rates: [Tensor]) -> Tensor {
    rates.dropFirst().reduce(rates[0], +) * (1 / Float(rates.count))
  }

  // Ascent on the exact gradient until starts near the goal often succeed and far ones rarely do.
  let optimizer = AdamW(head.parameters, weightDecay: 0)
  while mean(successRates()).item < 0.45 {
    (-mean(successRates())).backward()
    optimizer.step(learningRate: 1e-3)
  }
  let rates = successRates().map { Double($0.item) }
  let each = rates.indices.map { gradient(successRates()[$0], of: head) }  // ∇p of each start
  let truth = gradient(mean(successRates()), of: head)
  lesson.table(
    columns: ["start", "p of success", "sequences that succeed"],
    rows: Corridor.starts.indices.map { [Corridor.starts[$0], rates[$0], sequences[$0].dim(0)] })

  // %% Is the truth true?
  // Two checks that do not share its derivation: the change of the exact success rate along a
  // random direction (finite differences), and the frequency of success in real rollouts.
  lesson.heading("Is the truth true?")
  let direction = head.parameters.map { Tensor.normal($0.shape, scale: 1, using: &random) }
  func moved(by step: Float) -> Double {
    let before = head.parameters.map(\.values)
    for (parameter, change) in zip(head.parameters, direction) {
      parameter.values = (parameter + change * step).values
    }
    defer { zip(head.parameters, before).forEach { $0.values = $1 } }
    return withoutGradient { Double(mean(successRates()).item) }
  }
  let slope = (moved(by: 1e-3) - moved(by: -1e-3)) / 2e-3
  let along = zip(truth, direction.flatMap(\.values)).reduce(0.0) { $0 + Double($1.0 * $1.1) }
  lesson.result("slopeExact", along, "the true gradient along a random direction")
  lesson.result("slopeMeasured", slope, "the change of the exact success rate along it")
  let many = try GroupRollouts(in: corridor, groupSize: 2000)(
    policy, head, seeds: corridor.heldOutSeeds(Corridor.starts.count), draw: random.next())
  let worst = zip(many, rates).map { abs(Double($0.successes) / 2000 - $1) }.max()!
  lesson.result("largestDifference", worst, "between p and 2,000 rollouts of a start; noise: .02")

  // %% The limit of each estimate
  // Of a group of G rollouts with success probability p, k succeed with binomial probability. The
  // mean estimate is f(p)·∇p, and for GRPO
  //
  //     f(p) = √((G − 1) / G) · E √(k/G · (1 − k/G)) / (p (1 − p))  →  1 / √(p (1 − p))
  //
  // which is the gradient of 2·arcsin √p. Without the division f is a constant, (G − 1) / G.
  lesson.heading("The limit of each estimate: its cosine without any noise")
  func expectedDirection(
    _ rates: [Double], _ each: [[Float]], _ weight: (Double) -> Double
  ) -> [Float] {
    each[0].indices.map { i in
      zip(rates, each).reduce(Float(0)) { $0 + Float(weight($1.0)) * $1.1[i] }
    }
  }
  func grpoWeight(_ G: Int) -> (Double) -> Double {
    { p in
      var (probability, sum) = (pow(1 - p, Double(G)), 0.0)
      for k in 0...G {
        let q = Double(k) / Double(G)
        sum += probability * (q * (1 - q)).squareRoot()
        probability *= Double(G - k) / Double(k + 1) * p / (1 - p)
      }
      return sum / (p * (1 - p))
    }
  }
  let limits = sizes.map { cosine(expectedDirection(rates, each, grpoWeight($0)), truth) }
  let arcsine = cosine(
    expectedDirection(rates, each) { 1 / ($0 * (1 - $0)).squareRoot() }, truth)
  lesson.table(
    columns: ["group size", "limit of GRPO"], rows: zip(sizes, limits).map { [$0, $1] })
  lesson.result(
    "limitArcsine", arcsine, "of the gradient of 2·arcsin √p, the limit of large groups")

  // %% The same number of rollouts, divided differently
  lesson.heading("\(budget) rollouts: cosine with the true gradient")
  func groups(_ G: Int, rollouts: Int, using random: inout SeededRandom) throws -> [RolloutGroup] {
    let seeds = (0..<rollouts / G).map { _ in corridor.practiceSeed(using: &random) }
    return try GroupRollouts(in: corridor, groupSize: G)(
      policy, head, seeds: seeds, draw: random.next())
  }
  func cosines(_ G: Int, rollouts: Int) throws -> [Estimate] {
    var values = advantages.map { _ in [Double]() }
    for _ in 0..<draws {
      let groups = try groups(G, rollouts: rollouts, using: &random)
      for (i, advantage) in advantages.enumerated() {
        values[i].append(cosine(estimate(groups, policy, advantage.value), truth))
      }
    }
    return values.map { Estimate($0) }
  }
  let bySize = try sizes.map { try cosines($0, rollouts: budget) }
  let names = advantages.map(\.key)
  lesson.table(
    columns: ["group size", "groups"] + names + ["limit of GRPO"],
    rows: sizes.indices.map { i in
      [sizes[i], budget / sizes[i]] + bySize[i].map { $0 as any TableCell } + [limits[i]]
    })
  let octaves = sizes.map { log2(Double($0)) }
  try lesson.chart(
    LineChart(
      "Cosine with the true gradient, \(budget) rollouts",
      x: Axis("group size (log₂)", 1...5), y: Axis("cosine", 0...1),
      names.indices.map { n in
        .init(names[n], zip(octaves, bySize).map { ($0, $1[n].mean) }, showsPoints: true)
      } + [.init("limit of GRPO", Array(zip(octaves, limits)), showsPoints: true)]),
    as: "gradient-of-success.png")
  for (size, row) in zip(sizes, bySize) { lesson.keep("cosine_grpo_\(size)", row[0].mean) }
  let best = zip(sizes, bySize).max { $0.1[0].mean < $1.1[0].mean }!
  /// Whether two independent means differ by more than their uncertainty.
  func differ(_ a: Estimate, _ b: Estimate) -> Bool {
    let (x, y) = (a.halfWidth, b.halfWidth)
    return abs(a.mean - b.mean) > (x * x + y * y).squareRoot()
  }
  let worse = zip(sizes, bySize).filter { differ($0.1[0], best.1[0]) }.map(\.0)
  lesson.say(
    "GRPO is closest with groups of \(best.0), \(best.1[0]). Worse beyond the uncertainty: "
      + (worse.isEmpty ? "none. " : "groups of \(worse.map(String.init).joined(separator: ", ")). ")
      + (worse.contains(sizes[0]) && worse.contains(sizes.last!)
        ? "The best size lies in between, as predicted."
        : worse.contains(sizes[0])
          ? "Small groups are worse, as predicted, large ones are not."
          : "Small groups are not, so half of the prediction was wrong."))

  // %% More rollouts
  // The noise falls with the number of rollouts, and what remains is the bias.
  lesson.heading("Groups of 8, more and more rollouts")
  let numbers = [64, 256, 1024, 4096]
  let byNumber = try numbers.map { try cosines(8, rollouts: $0) }
  lesson.table(
    columns: ["rollouts"] + names,
    rows: zip(numbers, byNumber).map { number, row in
      [number] + row.map { $0 as any TableCell }
    })
  let (grpo, plain) = (byNumber.last![0], byNumber.last![1])
  let bias = 1 - limits[sizes.firstIndex(of: 8)!]
  lesson.say(
    "With 4,096 rollouts the cosine of GRPO is \(Terminal.number(grpo.mean)), without the division "
      + "\(Terminal.number(plain.mean)). The bias takes \(Terminal.number(bias)) of the "
      + "cosine, the noise of \(budget) rollouts \(Terminal.number(1 - byNumber[0][0].mean)): "
      + (bias < 0.1 * (1 - byNumber[0][0].mean)
        ? "at this size of batch the noise is all that matters." : "the bias matters as well."))

  // %% Does the bias grow while the policy learns?
  // The weights differ the more, the nearer the success rates are to 0 and 1. So the ascent on the
  // exact gradient goes on, and the limit is computed again at later stages.
  lesson.heading("Does the bias grow while the policy learns?")
  lesson.table(
    columns: ["mean success", "lowest p", "highest p", "limit, G = 8", "limit, large groups"],
    rows: [0.45, 0.6, 0.75, 0.9].map { level in
      while Double(mean(successRates()).item) < level {
        (-mean(successRates())).backward()
        optimizer.step(learningRate: 1e-3)
      }
      let rates = successRates().map { Double($0.item) }
      let each = rates.indices.map { gradient(successRates()[$0], of: head) }
      let truth = gradient(mean(successRates()), of: head)
      func limit(_ weight: (Double) -> Double) -> Double {
        cosine(expectedDirection(rates, each, weight), truth)
      }
      let large = limit { 1 / ($0 * (1 - $0)).squareRoot() }
      lesson.keep("limit_\(Int(100 * level))", large)
      return [
        Double(mean(successRates()).item), rates.min(), rates.max(), limit(grpoWeight(8)), large,
      ]
    })

  // %% The tabletop: how far from the truth is an estimate that has no truth?
  // Nobody can enumerate the tabletop. Two independent estimates of one direction agree only as far
  // as each agrees with the truth: if their cosine is r, the cosine of their sum with the truth is
  // about √(2r / (1 + r)) (the Spearman–Brown formula). A small estimate's cosine with that
  // reference, divided by it, is its cosine with the truth. The reference is not divided by the
  // deviation, so its limit is the gradient of success.
  lesson.heading("The tabletop: lesson 10's policy and settings")
  let robot = try VLA(backbone: .bundled(), statistics: .bundled(), using: &random)
  let demonstrations = try DemonstrationDataset.bundled().demonstrations.prefix(3)
  let cloning = BehaviorCloning(
    robot, on: try CloningExamples(Array(demonstrations), for: robot), steps: 1000,
    seed: lesson.seed)
  lesson.repeating(1000, "cloning") { cloning.step() }
  let (table, robotHead) = (TabletopEnvironment(), robot.head as! TokenHead)
  func tabletopGroups(_ rollouts: Int, _ G: Int = 8) throws -> [RolloutGroup] {
    let seeds = (0..<rollouts / G).map { _ in table.practiceSeed(using: &random) }
    return try GroupRollouts(in: table, groupSize: G)(
      robot, robotHead, seeds: seeds, draw: random.next())
  }
  func half(_ title: String) throws -> [Float] {
    var sum: [Float]?
    try lesson.repeating(tabletopRollouts / 512, title) {
      let part = estimate(try tabletopGroups(512), robot, advantages[1].value)
      sum = sum.map { zip($0, part).map { $0 + $1 } } ?? part
    }
    return sum!
  }
  let (first, second) = (try half("first half"), try half("second half"))
  let agreement = cosine(first, second)
  let reliability = (2 * agreement / (1 + agreement)).squareRoot()
  let reference = zip(first, second).map { $0 + $1 }
  lesson.result("agreement", agreement, "cosine of two halves of \(tabletopRollouts) rollouts each")
  lesson.result("reliability", reliability, "estimated cosine of their sum with the truth")
  let onTable = try [2, 8, 32].map { G in
    let values = try (0..<tabletopDraws).map { _ in
      let groups = try tabletopGroups(256, G)
      return [0, 1].map {
        cosine(estimate(groups, robot, advantages[$0].value), reference) / reliability
      }
    }
    return (G, Estimate(values.map { $0[0] }), Estimate(values.map { $0[1] }))
  }
  lesson.table(
    columns: ["group size", "GRPO", "not divided"], rows: onTable.map { [$0.0, $0.1, $0.2] })
  for row in onTable { lesson.keep("tabletop_grpo_\(row.0)", row.1.mean) }
  let bestOnTable = onTable.max { $0.1.mean < $1.1.mean }!
  let worseOnTable = onTable.filter { differ($0.1, bestOnTable.1) }.map { "\($0.0)" }
  lesson.say(
    "One iteration of lesson 10, 256 rollouts in groups of 8, has a cosine of \(onTable[1].1) with "
      + "the true gradient, by this estimate. "
      + (worseOnTable.isEmpty
        ? "The group sizes are not told apart by \(tabletopDraws) estimates each. "
        : "Groups of \(worseOnTable.joined(separator: ", ")) are worse than of \(bestOnTable.0). ")
      + "It is enough to learn: the noise of many steps averages out, and "
      + "\(robotHead.parameterCount) weights leave many directions for it.")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/10-Reinforcement/GroupAdvantage.swift",
      "Sources/NanoVLA/10-Reinforcement/ClippedObjective.swift",
    ],
    tryThis: [
      "Stop the ascent at 0.1 instead of 0.45, where most starts fail: which estimate suffers?",
      "Give every start the same distance from the goal: why is the limit of GRPO 1 then?",
    ])
}
