// How much do more demonstrations help, from 3 to 2,500, and how much does a pre-trained backbone?
//
//   swift run nanovla-lesson notebook ScalingDemonstrations [--full] [--html scaling.html]
//
// About 1 minute on 2 cores.

import Blackboard
import Foundation
import NanoVLA
import Runs
import Tabletop
import Tensors

let question = """
  How does the success rate of lesson 5's policy grow with the number of demonstrations, from 3 to
  2,500? The same head learns on three backbones: the pre-trained one, frozen; the same network with
  random weights, frozen; and random weights that are trained together with the head. Each number is
  a mean over seeds, which draw the head's first weights and the order of the batches.
  """
let prediction = """
  On the pre-trained backbone the failure rate falls with a power of the number of demonstrations
  and then saturates, where the errors of the backbone's pointing remain: no demonstration removes
  them. On a random frozen backbone demonstrations cannot help, since the state does not hold where
  the object is. Trained jointly on 2,500 demonstrations, the network should begin to find objects,
  but stay far behind: demonstrations say where the robot went, not where the objects were.
  """

Lesson.notebook("Scaling demonstrations", question: question, prediction: prediction) { lesson in

  // %% Knobs
  lesson.heading("Knobs")
  let counts = [3, 8, 25, 80, 250, 800, 2500]  // demonstrations, about √10 apart
  let seeds = lesson.knob("seeds", 3, full: 10, "trainings for each number")
  let episodes = lesson.knob("episodes", 200, full: 500, "held-out layouts")
  let steps = lesson.knob("steps", 1500, full: 4000, "batches of 64 time steps")
  let jointSteps = lesson.knob("jointSteps", 300, full: 6000, "batches of 64 images, jointly")
  let (bins, chunk) = (32, 2)

  // %% Data
  // As many demonstrations as the largest count; smaller sets are the first of them. The statistics
  // are those of the bundled hundred for all, so that only the number of demonstrations differs.
  lesson.heading("Data")
  let demonstrations = try DemonstrationDataset.generate(suite: .object, count: counts.max()!) {
    lesson.progress($0, of: counts.max()!, "recording")
  }.demonstrations
  func frames(_ count: Int) -> Int {
    demonstrations.prefix(count).reduce(0) { $0 + $1.actions.count }
  }
  let statistics = try ActionStatistics.bundled()
  lesson.table(
    columns: ["demonstrations", "time steps"], rows: counts.map { [$0, frames($0)] })

  func makePolicy(_ backbone: ToyVLM, seed: UInt64) throws -> VLA {
    var random = SeededRandom(seed: seed)
    return try VLA(
      backbone: backbone, statistics: statistics, head: .tokens(bins: bins), chunk: chunk,
      using: &random)
  }
  let closedLoop = ClosedLoop(in: TabletopEnvironment(), executionHorizon: chunk)
  func success(of policy: VLA) throws -> Double {
    SuccessRate(of: try closedLoop(policy, seeds: Suite.heldOutSeeds(episodes))).rate
  }

  /// The success rates of all seeds for each count, on a frozen backbone.
  ///
  /// The states of all frames are computed once; a smaller count draws its batches from the first.
  func scaling(
    on backbone: ToyVLM, _ name: String, at counts: [Int]
  ) throws -> [Estimate] {
    let examples = try CloningExamples(
      demonstrations, for: makePolicy(backbone, seed: 0))
    return try counts.map { count in
      let available = frames(count)
      let rates = try (0..<seeds).map { seed -> Double in
        let policy = try makePolicy(backbone, seed: lesson.seed + UInt64(seed))
        let training = BehaviorCloning(policy, on: examples, steps: steps)
        var random = SeededRandom(seed: lesson.seed + UInt64(seed))
        lesson.repeating(steps, "\(name), \(count) demonstrations, seed \(seed)") {
          training.step(on: (0..<64).map { _ in random.integer(below: available) })
        }
        return try success(of: policy)
      }
      let estimate = Estimate(rates)
      lesson.keep("success_\(name)_\(count)", estimate.mean)
      return estimate
    }
  }

  // %% The pre-trained backbone, frozen
  // It can point at the named object, and the head learns how to act on that.
  lesson.heading("The pre-trained backbone, frozen")
  let pretrained = try ToyVLM.bundled()
  lesson.result(
    "pointing_pretrained", pretrained.pointingError().object, "pointing error (table widths)")
  let onPretrained = try scaling(on: pretrained, "pretrained", at: counts)
  lesson.table(
    columns: ["demonstrations", "success", "lowest seed", "highest seed"],
    rows: zip(counts, onPretrained).map { [$0, $1, $1.values.min(), $1.values.max()] })

  // %% Is it a power law?
  // A power law, failure = c · n^(−α), is a straight line of log failure over log n. If its slope
  // becomes flatter, something other than the demonstrations limits the policy.
  lesson.heading("Is it a power law?")
  let slopes = counts.indices.dropLast().map { i -> Double in
    let failures = [i, i + 1].map { max(1 - onPretrained[$0].mean, 1e-3) }
    return log(failures[1] / failures[0]) / log(Double(counts[i + 1]) / Double(counts[i]))
  }
  lesson.table(
    columns: ["from", "to", "slope of log failure"],
    rows: slopes.indices.map {
      [counts[$0], counts[$0 + 1], Terminal.signed(slopes[$0], digits: 2)]
    })
  let gain = onPretrained.last!.mean - onPretrained[counts.count - 2].mean
  let noise = (onPretrained.last!.halfWidth + onPretrained[counts.count - 2].halfWidth) / 2
  lesson.say(
    "From \(counts[counts.count - 2]) to \(counts.last!) demonstrations the success rate changes "
      + "by \(Terminal.signed(gain, digits: 3)), "
      + (abs(gain) < noise
        ? "less than its uncertainty: the curve has saturated at \(onPretrained.last!)."
        : "more than its uncertainty: more demonstrations would still help."))

  // %% The same network with random weights, frozen
  lesson.heading("The same network with random weights, frozen")
  var random = SeededRandom(seed: lesson.seed)
  let untrained = ToyVLM(using: &random)
  lesson.result(
    "pointing_random", untrained.pointingError().object, "pointing error (table widths)")
  let extremes = [counts.first!, counts.last!]
  let onRandom = try scaling(on: untrained, "random", at: extremes)
  lesson.table(
    columns: ["demonstrations", "success"], rows: zip(extremes, onRandom).map { [$0, $1] })

  // %% Backbone and head trained together
  // The demonstrations alone must teach vision as well. Each step runs the whole network.
  lesson.heading("Backbone and head trained together, on all \(counts.last!) demonstrations")
  let joint = try makePolicy(ToyVLM(using: &random), seed: lesson.seed)
  joint.backbone.freeze(false)
  let examples = try FrameExamples(demonstrations, for: joint)
  let optimizer = AdamW(joint.parameters)
  let schedule = Schedule(peak: 1e-3, warmup: 50, steps: jointSteps)
  for step in 0..<jointSteps {
    let batch = (0..<64).map { _ in random.integer(below: examples.count) }
    _ = backwardInShards(of: 64, microBatch: 16) { part in
      var noise = SeededRandom(seed: 0)  // not used by a token head
      return examples.loss(of: joint, on: Array(batch[part]), using: &noise)
    }
    optimizer.step(learningRate: schedule(step), maximumNorm: 1)
    lesson.progress(step + 1, of: jointSteps, "backbone and head")
  }
  let jointRate = try success(of: joint)
  lesson.result("success_joint", jointRate, "after \(jointSteps) steps of one seed")

  // %% All in one chart
  lesson.heading("All in one chart")
  func curve(_ name: String, _ counts: [Int], _ estimates: [Estimate]) -> LineChart.Curve {
    .init(name, zip(counts, estimates).map { (log10(Double($0)), $1.mean) }, showsPoints: true)
  }
  try lesson.chart(
    LineChart(
      "Success by number of demonstrations", x: Axis("demonstrations (log₁₀)", 0...3.5),
      y: .successRate,
      [
        curve("pre-trained backbone", counts, onPretrained),
        curve("random backbone, frozen", extremes, onRandom),
        .init("random backbone, trained", [(log10(Double(counts.last!)), jointRate)]),
      ]), as: "scaling.png")
  let difference = onPretrained[0].mean - max(onRandom.map(\.mean).max()!, jointRate)
  lesson.say(
    difference > 0
      ? "\(counts[0]) demonstrations on the pre-trained backbone succeed more often than "
        + "\(counts.last!) on a random one, by \(Terminal.number(difference))."
      : "Here \(counts.last!) demonstrations replace the pre-training.")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/5-Cloning/BehaviorCloning.swift",
      "Sources/Runs/Pretraining/GroundingPretraining.swift",
    ],
    tryThis: [
      "weightDecay: 0.03 in `BehaviorCloning`: which end of the curve gets better?",
      "jointSteps = 6000: does the joint training reach the frozen backbone at 8 demonstrations?",
    ])
}
