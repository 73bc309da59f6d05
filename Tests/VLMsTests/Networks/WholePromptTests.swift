import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing

@testable import VLMs

/// Prompts as states, and a head that only these tests know, which reads them.
@Suite struct WholePromptTests {
  @Test("padded prompts come back bit-identical, tokens of zeros included, with their gradients")
  func roundTrip() {
    let prompts = [3, 1, 4].enumerated().map { uniform(1, $1, 2, seed: UInt64($0)) }
    prompts[0].values = prompts[0].values.dropLast(2) + [0, 0]
    func read() -> [Tensor] {
      let states = Tensor.stackedRows(prompts.map(WholePrompt.state))  // [3, 4·3]
      #expect(states.shape == [3, 12])
      return WholePrompt.prompts(in: states, width: 2)
    }
    #expect(read().map(\.shape) == [[1, 3, 2], [1, 1, 2], [1, 4, 2]])
    #expect(read().map(\.values) == prompts.map(\.values))
    let leaves = prompts.enumerated().map { (name: "prompt \($0)", parameter: $1.asParameter()) }
    expectGradients(leaves) {
      Tensor.concatenated(read(), axis: 1).squared()
    }
  }

  @Test("a window of several observations is their prompts, one after another, without padding")
  func window() {
    let (short, long) = (uniform(1, 1, 2), uniform(1, 2, 2, seed: 2))
    let states = Tensor.stackedRows([short, long].map(WholePrompt.state))  // [2, 2·3]
    let window = states.reshaped([1, -1])  // [2, 6] → [1, 12]
    #expect(WholePrompt.prompts(in: window, width: 2).map(\.values) == [short.values + long.values])
  }

  @Test("the message for states of another width names the shape")
  func otherWidth() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = WholePrompt.prompts(in: .zeros([2, 8]), width: 2)
    }
    expectMessage(result, "[2, 8]", "L·3")
  }

  @Test("any head on whole prompts learns from rollouts of several instructions")
  func reinforcement() throws {
    var random = SeededRandom(seed: 2)
    let vlm = try VLMFamily.llava.nano(&random)
    let policy = try VLA(
      backbone: vlm, statistics: .bundled(), head: .init(MeanTokenHead.self, .init()), chunk: 1,
      usesProprioception: false, using: &random)
    let head = policy.head as! MeanTokenHead
    let groups = try GroupRollouts(in: TabletopEnvironment(), groupSize: 2)(
      policy, head, seeds: [0, 1, 2, 3], draw: 5)
    let all = Experience(
      joining: groups, statistics: policy.statistics, advantages: { $0.map { _ in 1 } })
    let prompts = WholePrompt.prompts(in: all.states, width: vlm.width)
    #expect(Set(prompts.map { $0.dim(1) }).count > 1)
    let tokens = all.bins.count / all.count
    for n in stride(from: 0, to: all.count, by: 7) {
      let alone = head.logProbabilities(
        of: Array(all.bins[n * tokens..<(n + 1) * tokens]), for: WholePrompt.state(of: prompts[n]),
        temperature: 1)
      let stored = all.logProbabilities.rows(at: [n])
      #expect(maximumDifference(alone.values, stored.values) < 1e-5)
    }
    let before = head.output.weight.values
    let loss = ClippedObjective()(
      new: head.logProbabilities(of: all.bins, for: all.states, temperature: 1),
      old: all.logProbabilities, advantages: all.advantages, mask: all.mask)
    loss.loss.backward()
    AdamW(head.parameters).step(learningRate: 1e-2)
    #expect(head.output.weight.values != before)
  }
}

/// Tokens from the mean vector of the prompt.
private final class MeanTokenHead: TokenPolicyHead {
  static let kind = "mean of the prompt"
  struct Configuration: Codable, Equatable, Sendable {}
  let configuration = Configuration()
  let output: Linear
  let (chunk, dimensions): (Int, Int)

  init(_: Configuration, for place: HeadContext, using random: inout SeededRandom) {
    let vlm = place.backbone as! VLM
    vlm.readout = .wholePrompt
    (chunk, dimensions) = (place.chunk, place.space.count)
    output = Linear(inputs: vlm.width, outputs: chunk * dimensions * 4, using: &random)
  }
  func callAsFunction(_ state: Tensor) -> Tensor {
    let prompts = WholePrompt.prompts(in: state, width: output.weight.dim(1))
    return output(Tensor.concatenated(prompts.map { $0.mean(axis: 1) }, axis: 0))
      .reshaped([prompts.count, chunk, dimensions, 4])
  }
  func value(of token: Int) -> Float { Float(token) / 2 - 0.75 }
  func loss(_ state: Tensor, _: ActionChunks, using _: inout SeededRandom) -> Tensor {
    self(state).squared().mean()
  }
  func expectedInitialLoss(_: ActionChunks) -> Float { 0 }
  func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor {
    let chosen = bins(for: state, temperature: 0, using: &random)
    return Tensor(chosen.map(value), shape: [state.dim(0), chunk, dimensions])
  }
}
