import NanoVLA
import Runs
import Tensors
import TestSupport
import Testing
import VLMs

/// Batches whose prompts differ in length: every number is that of each example read alone.
@Suite struct MixedLengthTests {
  private static let names = VLMRegistry().available
  private static let demonstrations = ThreeInstructions.demonstrations
  /// Batches of `count` rows with `lengths` lengths of prompts.
  private static let batches = [(1, 1), (2, 1), (2, 2), (5, 1), (5, 2), (5, 3)]

  /// The policies with the VLM `name`: one for each kind of head that fits it, and its own action
  /// tokens.
  private func policies(_ name: String, history: Int) throws -> [VLA] {
    let kinds: [ActionHeadKind] = [.tokens(bins: 8), .l1, .mse, .hybrid, .flow, .text, .residual]
    var policies = try kinds.map { kind in
      try VLABuilder().withVLM(name).withActionSpace(.tabletop).withHead(kind, chunk: 2)
        .withStatistics(.bundled()).withHistory(history).build()
    }
    let speaker = try VLA.fromVLM(name)
    if speaker.head is AutoregressiveActionHead {
      policies.append(
        try VLA(
          backbone: speaker.backbone as! VLM, space: .tabletop, statistics: .bundled(),
          head: speaker.head, usesProprioception: false, history: history))
    }
    for policy in policies { unsettle(policy.head) }
    return policies
  }

  /// The rows of a batch among the examples of all demonstrations: different steps, no last one.
  private func rows(_ count: Int, lengths: Int) -> [Int] {
    let steps = Self.demonstrations.map(\.actions.count)
    return (0..<count).map { n in steps[..<(n % lengths)].reduce(0, +) + 1 + n }
  }

  private func isClose(_ found: [Float], _ expected: [Float]) -> Bool {
    maximumError(found, expected.map(Double.init)) < 1e-5
  }

  @Test("states, losses and actions", arguments: names, [1, 3])
  func values(name: String, history: Int) throws {
    try #require(Set(Self.demonstrations.map(\.instruction.count)).count == 3)
    for policy in try policies(name, history: history) {
      let frames = try FrameExamples(Self.demonstrations, for: policy)
      let cloning = try CloningExamples(Self.demonstrations, for: policy)
      for (count, lengths) in Self.batches {
        try withoutGradient {
          let rows = rows(count, lengths: lengths)
          let label = "\(type(of: policy.head)), \(count) rows of \(lengths) lengths"
          func state(_ rows: [Int]) throws -> Tensor {
            let instructions = rows.map { frames.instructions[$0] }
            return try policy.state(of: rows.map { frames.windows[$0] }, instructions: instructions)
          }
          let (together, each) = (try state(rows), try rows.map { try state([$0]) })
          #expect(together.shape == [count, each.map { $0.dim(1) }.max()!], "\(label)")

          // A head that samples draws the noise of all rows in order; its loss draws the times first.
          var (one, other) = (SeededRandom(seed: 4), SeededRandom(seed: 4))
          let actions = policy.head.actions(for: together, using: &one).values
          let alone = each.flatMap { policy.head.actions(for: $0, using: &other).values }
          #expect(isClose(actions, alone), "\(label)")

          let expert = frames.expert.rows(at: rows)
          let stored = cloning.states.rows(at: rows)
          let losses =
            policy.head is FlowMatchingHead
            ? [policy.head.loss(.concatenated(each, axis: 0), expert).item]
            : zip(each, rows).map {
              policy.head.loss($0, frames.expert.rows(at: [$1])).item
            }
          let mean = losses.reduce(0, +) / Float(losses.count)
          for found in [together, stored].map({ policy.head.loss($0, expert).item }) {
            #expect(isClose([found], [mean]), "\(label): \(found), not \(mean)")
          }
        }
      }
    }
  }

  @Test("gradients of all weights, also in parts and micro-batches", arguments: names)
  func gradients(name: String) throws {
    for policy in try policies(name, history: 2) where !(policy.head is FlowMatchingHead) {
      policy.backbone.freeze(false)
      let frames = try FrameExamples(Self.demonstrations, for: policy)
      var random = SeededRandom(seed: 0)
      let rows = rows(5, lengths: 3)
      func gradients(_ backward: () -> Void) -> [[Float]] {
        for parameter in policy.parameters { parameter.gradient = nil }
        backward()
        return policy.parameters.map { $0.gradient?.values ?? [] }
      }
      let alone = rows.map { row in
        gradients { frames.loss(of: policy, on: [row], using: &random).backward() }
      }
      let together = gradients { frames.loss(of: policy, on: rows, using: &random).backward() }
      let inParts = gradients {
        _ = accumulateGradients(of: rows, parts: 2, microBatch: 2) { part in
          var random = SeededRandom(seed: 0)
          return frames.loss(of: policy, on: part, using: &random)
        }
      }
      for (p, (name, _)) in policy.namedParameters.enumerated() {
        let mean = alone[0][p].indices.map { i in
          alone.reduce(0) { $0 + Double($1[p][i]) } / Double(rows.count)
        }
        let scale = max(1, mean.map(abs).max() ?? 0)
        for found in [together[p], inParts[p]] {
          let error = maximumDifference(found, mean.map { Float($0) })
          #expect(Double(error) < 1e-5 * scale, "\(type(of: policy.head)): \(name)")
        }
      }
      #expect(together.contains { $0.contains { $0 != 0 } })
    }
  }
}
