// Which fusion and which action head is best? Lessons 3 and 7 over seeds, with paired differences.
//
//   swift run nanovla-lesson notebook FusionsAndHeads [--full] [--html fusions.html]
//
// About 2 minutes on 2 cores.

import Blackboard
import NanoVLA
import Probes
import Runs
import Tabletop
import Tensors
import VLMs

let question = """
  Lessons 3 and 7 rank four fusions and several action heads by one training each. Which of these
  differences are larger than the luck of a seed? Every part is trained with several seeds, and two
  parts are compared seed by seed: the same seed means the same order of batches and the same
  layouts, so most of the luck cancels in the difference.
  """
let prediction = """
  Among fusions, cross-attention stays ahead of all others in every seed: FiLM and gating average
  the patches and lose where things are, and concat has to learn the same selection with more
  tokens. Among heads on a task with one good way, differences are small: within the seeds' interval
  for 100 demonstrations, and in favor of heads with a regression loss for few, since bins must be
  learned one by one.
  """

Lesson.notebook("Fusions and heads", question: question, prediction: prediction) { lesson in

  // %% Knobs
  lesson.heading("Knobs")
  let seeds = lesson.knob("seeds", 5, full: 20, "trainings of each part")
  let probeSteps = lesson.knob("probeSteps", 800, full: 1200, "batches of 32 scenes, for a fusion")
  let scenes: UInt64 = 2000  // to train a fusion on
  let steps = 2000  // batches of 64 time steps, for a head
  let episodes = lesson.knob("episodes", 100, full: 200, "held-out layouts")
  let few = 10  // of 100 demonstrations
  let allSeeds = (0..<seeds).map { lesson.seed + UInt64($0) }

  // %% Fusions
  // Each fusion is trained by a probe that points at the named object, on features of the frozen
  // backbone (lesson 3). Its pointing error is measured on 500 held-out scenes.
  lesson.heading("Fusions: pointing error on held-out scenes (table widths)")
  let backbone = try ToyVLM.bundled()
  let first = Suite.firstPretrainingSeed
  let features = try PointingFeatures(of: first..<first + scenes, from: backbone)
  let heldOut = try PointingFeatures(of: Suite.heldOutSeeds(500), from: backbone)
  let fusions: KeyValuePairs<String, FusionStrategy> = [
    "cross-attention": .crossAttention, "concat": .concat, "FiLM": .film, "gated": .gated,
  ]
  let errors = fusions.map { name, strategy in
    let each = allSeeds.map { seed -> Float in
      var random = SeededRandom(seed: seed)
      let width = backbone.configuration.width
      let probe = PointingProbe(
        strategy.fusion(width: width, using: &random), width: width, using: &random)
      probe.train(on: features, steps: probeSteps, learningRate: 4e-3, seed: seed) { done, _ in
        lesson.progress(done, of: probeSteps, "\(name), seed \(seed)")
      }
      return probe.error(on: heldOut)
    }
    return (name: name, error: Estimate(each))
  }

  /// What the first of `parts` has over another, seed by seed.
  func difference(_ part: Estimate, from other: Estimate) -> Estimate {
    Estimate(zip(part.values, other.values).map { $0 - $1 })
  }
  lesson.table(
    columns: ["fusion", "pointing error", "minus cross-attention", "verdict"],
    rows: errors.map { name, error in
      lesson.keep("pointing_\(name)", error.mean)
      let change = difference(error, from: errors[0].error)
      let verdict = change.isSignificant ? (change.mean > 0 ? "worse" : "better") : "not told apart"
      return name == errors[0].name ? [name, error, "", ""] : [name, error, change, verdict]
    })
  let behind = errors.dropFirst().filter {
    let change = difference($0.error, from: errors[0].error)
    return change.isSignificant && change.mean > 0
  }
  lesson.say(
    behind.count == errors.count - 1
      ? "Cross-attention is ahead of all others, beyond the luck of \(seeds) seeds, as predicted."
      : "Cross-attention is ahead of \(behind.count) of \(errors.count - 1) others beyond the luck "
        + "of \(seeds) seeds.")

  // %% Heads
  // Each head is cloned from few and from all bundled demonstrations on the frozen backbone (lesson
  // 7).
  lesson.heading("Heads: success on \(episodes) held-out layouts")
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let heads: KeyValuePairs<String, ActionHeadKind> = [
    "tokens": .tokens(bins: 32), "l1": .l1, "mse": .mse, "hybrid": .hybrid, "flow": .flow,
  ]
  func success(_ kind: ActionHeadKind, of count: Int, seed: UInt64, _ name: String) throws -> Double
  {
    var random = SeededRandom(seed: seed)
    let policy = try VLA(
      backbone: backbone, statistics: .bundled(), head: kind, chunk: 2, using: &random)
    let examples = try CloningExamples(Array(demonstrations.prefix(count)), for: policy)
    let training = BehaviorCloning(policy, on: examples, steps: steps, seed: seed)
    lesson.repeating(steps, "\(name), \(count) demonstrations, seed \(seed)") { training.step() }
    let closedLoop = ClosedLoop(in: TabletopEnvironment(), executionHorizon: 2)
    return SuccessRate(of: try closedLoop(policy, seeds: Suite.heldOutSeeds(episodes))).rate
  }
  let rates = try heads.map { name, kind in
    let each = try [few, demonstrations.count].map { count in
      Estimate(try allSeeds.map { try success(kind, of: count, seed: $0, name) })
    }
    return (name: name, few: each[0], all: each[1])
  }
  lesson.table(
    columns: [
      "head", "\(few) demonstrations", "minus tokens", "100 demonstrations", "minus tokens",
    ],
    rows: rates.map { name, fewRate, all in
      lesson.keep("success_\(name)_\(few)", fewRate.mean)
      lesson.keep("success_\(name)_100", all.mean)
      let changes = [
        difference(fewRate, from: rates[0].few), difference(all, from: rates[0].all),
      ]
      return name == rates[0].name
        ? [name, fewRate, "", all, ""] : [name, fewRate, changes[0], all, changes[1]]
    })
  lesson.bars(
    "Success from \(few) demonstrations, mean of \(seeds) seeds", .successRate,
    rates.map { ($0.name, $0.few.mean, "\($0.few)") })
  lesson.bars(
    "Success from 100 demonstrations, mean of \(seeds) seeds", .successRate,
    rates.map { ($0.name, $0.all.mean, "\($0.all)") })
  func apart(_ keyPath: KeyPath<(name: String, few: Estimate, all: Estimate), Estimate>) -> [String]
  {
    rates.dropFirst().filter {
      difference($0[keyPath: keyPath], from: rates[0][keyPath: keyPath]).isSignificant
    }.map(\.name)
  }
  func sentence(_ names: [String], _ count: Int) -> String {
    names.isEmpty
      ? "With \(count) demonstrations no head differs from tokens beyond the luck of a seed."
      : "With \(count) demonstrations these differ from tokens beyond the luck of \(seeds) seeds: "
        + names.joined(separator: ", ") + "."
  }
  lesson.say(sentence(apart(\.few), few) + " " + sentence(apart(\.all), 100))

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/3-Fusion/CrossAttentionFusion.swift", "Sources/NanoVLA/7-Heads",
    ],
    tryThis: [
      "Add a fusion or a head of your own (see CONTRIBUTING) to the lists: is it told apart?",
      "Leave the pairing out: compare the intervals of two rows. Which differences would you miss?",
    ])
}
