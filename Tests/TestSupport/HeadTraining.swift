import NanoVLA
import Tensors
import Testing

/// Random chunks of numbers in −1 … 1; the last step of every second chunk is a repeated one.
package func someChunks(_ N: Int, _ K: Int, _ A: Int, seed: UInt64 = 3) -> ActionChunks {
  let weights = (0..<N * K).map { place -> Float in
    let isLast = place % K == K - 1
    return isLast && K > 1 && (place / K) % 2 == 1 ? 0 : 1
  }
  return ActionChunks(
    actions: uniform(N, K, A, seed: seed), weights: Tensor(weights, shape: [N, K, 1]))
}

/// Chunks of one step of one number each.
package func singleNumbers(_ numbers: [Float]) -> ActionChunks {
  ActionChunks(
    actions: Tensor(numbers, shape: [numbers.count, 1, 1]),
    weights: .full([numbers.count, 1, 1], 1))
}

extension ActionHead {
  /// The loss with the random numbers of `seed`.
  package func loss(_ state: Tensor, _ expert: ActionChunks, seed: UInt64 = 0) -> Tensor {
    var random = SeededRandom(seed: seed)
    return loss(state, expert, using: &random)
  }

  /// The actions with the random numbers of `seed`.
  package func actions(for state: Tensor, seed: UInt64 = 0) -> Tensor {
    var random = SeededRandom(seed: seed)
    return withoutGradient { actions(for: state, using: &random) }
  }

  /// Learns one batch, again and again.
  package func learn(_ state: Tensor, _ expert: ActionChunks, steps: Int, peak: Float = 1e-2) {
    let optimizer = AdamW(parameters, weightDecay: 0)
    let schedule = Schedule(peak: peak, warmup: min(20, steps / 10), steps: steps)
    var random = SeededRandom(seed: 8)
    for step in 0..<steps {
      loss(state, expert, using: &random).backward()
      optimizer.step(learningRate: schedule(step), maximumNorm: 1)
    }
  }
}

/// A linear layer as plain loops, in double precision: [F] → [outputs].
package func plainLinear(_ x: [Double], _ layer: Linear) -> [Double] {
  let (weight, bias) = (layer.weight, layer.bias!.values)
  return bias.indices.map { o in
    x.indices.reduce(Double(bias[o])) { sum, i in
      sum + x[i] * Double(weight[o, i])
    }
  }
}

/// A layer norm as plain loops, in double precision: [F] → [F].
package func plainNorm(_ x: [Double], _ norm: LayerNorm) -> [Double] {
  let mean = x.reduce(0, +) / Double(x.count)
  let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
  let scale = 1 / (variance + Double(norm.epsilon)).squareRoot()
  return zip(x, zip(norm.weight.values, norm.bias.values)).map { value, affine in
    (value - mean) * scale * Double(affine.0) + Double(affine.1)
  }
}
