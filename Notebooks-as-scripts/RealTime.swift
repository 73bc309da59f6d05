// What does it cost that the world moves on while the policy thinks, and what helps?
//
//   swift run nanovla-lesson notebook RealTime [--full] [--html real-time.html]
//
// About 4 minutes on 2 cores.

import Blackboard
import NanoVLA
import Runs
import Tabletop
import Tensors

let question = """
  Every evaluation so far stops the world while the network computes. A large VLA takes 100 ms or
  more for a chunk, several steps of a robot, and its observation is that old when the chunk arrives.
  The robot can stand still meanwhile (synchronous), go on with the old chunk and then switch
  (asynchronous), or switch to a chunk that was predicted to continue the old one (blended: real-time
  chunking). How does success fall with the delay d, on a table that waits, and on a belt that does
  not?
  """
let prediction = """
  On the table standing still costs nothing but time, so synchronous execution should be best until
  the horizon of 24 steps runs out; the others act on older observations. On the belt a robot that
  stands still executes its chunk d steps too late, and synchronous success should fall first.
  Asynchronous execution should suffer where two chunks disagree, for a flow more than for greedy
  tokens, since a flow samples each chunk anew; blending should repair that. With d near half a chunk
  nothing is left to blend, and both should meet.
  """

Lesson.notebook("Real time", question: question, prediction: prediction) { lesson in

  // %% Knobs
  lesson.heading("Knobs")
  let seeds = lesson.knob("seeds", 3, full: 10, "trainings of each head")
  let demonstrationCount = lesson.knob("demonstrations", 400, full: 1000, "of each suite")
  let steps = lesson.knob("steps", 4000, full: 10_000, "batches of 64 time steps")
  let episodes = 200  // held-out layouts
  let chunk = 8  // K, actions predicted at once
  let delays = 0...4  // d, up to half of the chunk
  let heads: KeyValuePairs<String, ActionHeadKind> = ["flow": .flow, "tokens": .tokens(bins: 32)]

  func sweep(
    _ kind: ActionHeadKind, _ suite: Suite, seed: UInt64, _ demonstrations: [Demonstration]
  ) throws -> DelaySweep {
    let clone = HeadTrials(on: try ToyVLM.bundled(), seed: seed) {
      lesson.progress($0, of: $1, "\(suite.rawValue), seed \(seed)")
    }
    let trial = try clone(kind, demonstrations, chunk: chunk, steps: steps, weightDecay: 0.01)
    return try DelaySweep(
      trial.policy, in: TabletopEnvironment(suite), delays: delays,
      seeds: Suite.heldOutSeeds(episodes))
  }

  // %% A table that waits, a belt that does not
  // The suite `object`, and the same tasks on a belt that carries the objects 0.02 of the table's width
  // in each step. A rate counts the episodes of all seeds; its interval is Wilson's, and says nothing
  // of other trainings. Flow heads blend by inpainting (guided flow matching), others by a weighted
  // mean of the old and the new chunk.
  func compare(_ suite: Suite) throws {
    let dataset = try DemonstrationDataset.generate(suite: suite, count: demonstrationCount)
    for (name, kind) in heads {
      let sweeps = try (0..<seeds).map {
        try sweep(kind, suite, seed: lesson.seed + UInt64($0), dataset.demonstrations)
      }
      func rate(_ execution: Execution, _ delay: Int) -> SuccessRate {
        let each = sweeps.map { $0[execution, delay: delay] }
        return SuccessRate(
          successes: each.reduce(0) { $0 + $1.successes },
          episodes: each.reduce(0) { $0 + $1.episodes })
      }
      lesson.heading("\(suite.rawValue), \(name): success by delay, \(seeds) seeds")
      lesson.table(
        columns: ["delay d"] + Execution.allCases.map(\.rawValue),
        rows: delays.map { delay in
          ["\(delay)"]
            + Execution.allCases.map { execution in
              let success = rate(execution, delay)
              lesson.keep("\(suite.rawValue)_\(name)_\(execution)_\(delay)", success.rate)
              return "\(success)"
            }
        })
      try lesson.chart(
        LineChart(
          "\(name) on the suite \(suite.rawValue)",
          x: Axis("delay d (steps)", 0...Double(delays.upperBound)), y: .successRate,
          Execution.allCases.map { execution in
            .init(
              execution.rawValue, delays.map { (Double($0), rate(execution, $0).rate) },
              showsPoints: true)
          }), as: "real-time-\(suite.rawValue)-\(name).png")
      let best = delays.dropFirst().map { delay in
        let ranked = Execution.allCases.sorted { rate($0, delay).rate > rate($1, delay).rate }
        let (first, second) = (rate(ranked[0], delay).interval, rate(ranked[1], delay).interval)
        let isClear = first.lowerBound > second.upperBound
        return "\(delay): \(ranked[0])" + (isClear ? "" : " or \(ranked[1])")
      }
      lesson.say(
        "The highest success by delay, with an “or” where the intervals of the best two overlap: "
          + best.joined(separator: "; ") + ".")
    }
  }
  try compare(.object)
  try compare(.belt)

  lesson.finish(
    readNext: [
      "Sources/Runs/RealTime/DelayedLoop.swift",
      "Sources/Runs/RealTime/FlowMatchingHead+Inpainting.swift",
    ],
    tryThis: [
      "beltSpeed = 0.01 in Sources/Tabletop/Rules.swift: at which delay do two executions cross?",
      "guidanceLimit = 0 in FlowMatchingHead+Inpainting.swift: is blended then asynchronous?",
    ])
}
