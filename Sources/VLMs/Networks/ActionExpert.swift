import Foundation
import NanoVLA
import Tensors

/// An action expert: a small transformer that reads a large one's keys and values.
///
/// The language model reads image and instruction once. The expert's tokens, one for the robot's state
/// and one for each noisy action, go through as many blocks of their own, narrow ones; in each they
/// attend to the language model's keys and values of that block and to one another. So the velocity of
/// ``FlowMatchingHead`` gets a transformer, and each of its Euler steps costs a few hundredths of the
/// prompt.
///
///     token k = W_out SiLU(W_in [W_a xₖ; time(t)])        v = W_v (the last K hidden states)
///
/// - Letters: N = 1 sample, S state numbers, K steps in a chunk, A action dimensions, E width of
///   the expert, C tokens of the prompt.
/// - Reference: Black et al., "π0" (2024), §IV and appendix B.
public final class ActionExpert: Module {
  public let configuration: ActionExpertConfiguration
  public let stateInput: Linear  // S → E
  public let actionInput: Linear  // A → E
  public let timeInput: Linear  // 2·E → E
  public let timeOutput: Linear  // E → E
  public let blocks: [PreNormBlock]
  public let norm: any Layer
  public let output: Linear  // E → A

  /// An expert with random weights.
  public init(_ configuration: ActionExpertConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let (c, E) = (configuration, configuration.decoder.width)
    stateInput = Linear(inputs: c.stateCount, outputs: E, using: &random)
    actionInput = Linear(inputs: c.actionCount, outputs: E, using: &random)
    timeInput = Linear(inputs: 2 * E, outputs: E, using: &random)
    timeOutput = Linear(inputs: E, outputs: E, using: &random)
    blocks = RotaryDecoder.blocks(c.decoder, using: &random)
    norm = c.decoder.norm()
    output = Linear(inputs: E, outputs: c.actionCount, using: &random)
  }

  /// The actions to which the noise flows, by Euler's method from t = 1 to t = 0.
  /// - Parameters:
  ///   - noise: [1, K, A]
  ///   - state: [1, S]
  ///   - prefix: the language model's keys and values of the prompt, which stay as they are.
  /// - Returns: [1, K, A]
  public func actions(from noise: Tensor, state: Tensor, after prefix: KeyValueCache) -> Tensor {
    let steps = configuration.integrationSteps
    var x = noise
    for step in 0..<steps {
      let t = Float(1 - Double(step) / Double(steps))
      x = x - velocity(x, at: t, state: state, after: prefix) * (1 / Float(steps))
    }
    return x.traced("actions", "where the flow ends")
  }

  /// The velocity at time t, from action (0) to noise (1): [1, K, A] → [1, K, A].
  public func velocity(
    _ x: Tensor, at t: Float, state: Tensor, after prefix: KeyValueCache
  ) -> Tensor {
    let hidden = self.hidden(tokens(x, at: t, state: state), after: prefix)  // → [1, 1 + K, E]
    return output(hidden.sliced(axis: 1, 1..<hidden.dim(1)))  // → [1, K, E] → [1, K, A]
      .traced("velocity", "the direction from action to noise")
  }

  /// The tokens of state and noisy actions, [1, 1 + K, E].
  public func tokens(_ x: Tensor, at t: Float, state: Tensor) -> Tensor {
    let first = stateInput(state).reshaped([1, 1, -1])  // [1, S] → [1, E] → [1, 1, E]
    let actions = actionInput(x)  // [1, K, A] → [1, K, E]
    let time = self.time(t).broadcast(to: actions.shape)  // [1, 1, E] → [1, K, E]
    let both = Tensor.concatenated([actions, time], axis: 2)  // → [1, K, 2·E]
    let mixed = timeOutput(timeInput(both).silu())  // [1, K, 2·E] → [1, K, E] → [1, K, E]
    return .concatenated([first, mixed], axis: 1)  // → [1, 1 + K, E]
      .traced("expert's tokens", "the robot's state, and the noisy actions with their time")
  }

  /// The expert's hidden states of its tokens: [1, 1 + K, E] → [1, 1 + K, E].
  public func hidden(_ tokens: Tensor, after prefix: KeyValueCache) -> Tensor {
    let (past, count) = (prefix.length, tokens.dim(1))
    // The state, row 0, attends to the prompt and itself; actions attend to everything.
    let values: [Float] = (0..<count).flatMap { row in
      (0..<past + count).map { row == 0 && $0 > past ? -1e9 : 0 }
    }
    let mask = Tensor(values, shape: [count, past + count])
    return norm(blocks(tokens, mask: mask, cache: prefix.copy()))
  }

  /// Sines and cosines of t, [1, 1, E]: as of ``timeEncoding(_:width:periods:)``, but in 32 bits, whose
  /// rounding of 250 turns is a part of what published weights have learned.
  public func time(_ t: Float) -> Tensor {
    let (c, half) = (configuration, configuration.decoder.width / 2)
    let step = 1 / Float(max(half - 1, 1))
    let angles = (0..<half).map { index -> Float in
      // Counted from the nearer end, as torch.linspace does.
      let fraction = index < half / 2 ? Float(index) * step : 1 - step * Float(half - 1 - index)
      let growth = Float(pow(c.longest / c.shortest, Double(fraction)))
      return 1 / (Float(c.shortest) * growth) * 2 * Float(Double.pi) * t
    }
    return Tensor(angles.map(sinf) + angles.map(cosf), shape: [1, 1, 2 * half])
  }
}

/// The sizes of an ``ActionExpert``; the defaults are a nano one.
public struct ActionExpertConfiguration: Sendable, Equatable {
  /// The blocks; depth, key/value heads and their width are those of the language model.
  public var decoder = RotaryDecoderConfiguration()
  public var stateCount = 8  // S
  public var actionCount = 7  // A
  public var chunk = 4  // K
  /// The number of Euler steps from noise to actions.
  public var integrationSteps = 10
  /// The periods of the sines of t.
  public var shortest = 4e-3
  public var longest = 4.0

  /// Nano size: a Gemma half as wide as the language model.
  public init() {
    decoder = PaliGemmaConfiguration().language
    (decoder.width, decoder.hidden) = (8, 16)
  }
}
