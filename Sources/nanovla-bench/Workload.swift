import Tensors

/// A computation to measure: prepared once, then run many times.
struct Workload {
  typealias Prepared = (parameters: Int, run: () -> Void)

  let name: String
  /// The factor on `--repeats`: short workloads run more often.
  let repeats: Double
  /// The data type of the weights.
  var dtype = "float32"
  /// Whether it has a published model's size; such workloads run only if named.
  var isLarge = false
  let prepare: () throws -> Prepared

  static let all = small + large

  private static let small = [
    Workload(name: "encoder_train", repeats: 1, prepare: encoderTraining),
    Workload(name: "encoder_infer_b1", repeats: 20) { encoderInference(images: 1) },
    Workload(name: "encoder_infer", repeats: 1) { encoderInference(images: 64) },
    Workload(name: "gemm_1024", repeats: 3, prepare: matrixProduct),
    Workload(name: "toy_policy_train", repeats: 20, prepare: policyTraining),
    Workload(name: "toy_policy_act_b1", repeats: 20, prepare: policyAction),
    Workload(name: "render_frame", repeats: 100, prepare: frame),
  ]

  /// The number of measured runs if `--repeats` is `count`.
  func runs(_ count: Int) -> Int { max(1, Int((Double(count) * repeats).rounded())) }

  /// The names of some workloads, each once, in order.
  static func names(_ isWanted: (Workload) -> Bool) -> String {
    var names: [String] = []
    for workload in all where isWanted(workload) && !names.contains(workload.name) {
      names.append(workload.name)
    }
    return names.joined(separator: ", ")
  }
}

/// The same workloads as in our PyTorch benchmark, with random weights and inputs.
extension Workload {
  /// Images in one graph; their hidden layers fit into a core's cache.
  private static let microBatch = 16

  /// One training step on 64 images: forward, cross-entropy on every token, backward, AdamW.
  private static func encoderTraining() -> Prepared {
    var random = SeededRandom(seed: 0)
    let encoder = Encoder(using: &random)
    let (images, tokens) = (64, Encoder.tokens)
    let x = Tensor.uniform([images, tokens, Encoder.inputs], in: 0...1, using: &random)
    let targets = (0..<images * tokens).map { _ in random.integer(below: Encoder.classes) }
    let optimizer = AdamW(encoder.parameters)
    return (
      encoder.parameterCount,
      {
        _ = backwardInShards(of: images, microBatch: microBatch) { part in
          let logits = encoder(x.sliced(axis: 0, part)).reshaped([-1, Encoder.classes])
          let places = part.lowerBound * tokens..<part.upperBound * tokens
          return crossEntropy(logits, targets: Array(targets[places]))
        }
        optimizer.step(learningRate: 1e-3)
      }
    )
  }

  /// One forward pass.
  private static func encoderInference(images: Int) -> Prepared {
    var random = SeededRandom(seed: 0)
    let encoder = Encoder(using: &random)
    let x = Tensor.uniform(
      [images, Encoder.tokens, Encoder.inputs], in: 0...1, using: &random)
    return (encoder.parameterCount, { _ = encoder.predict(x, microBatch: microBatch) })
  }

  /// One product of two 1024 × 1024 matrices: the machine's peak performance.
  private static func matrixProduct() -> Prepared {
    var random = SeededRandom(seed: 0)
    let a = Tensor.uniform([1024, 1024], in: 0...1, using: &random)
    let b = Tensor.uniform([1024, 1024], in: 0...1, using: &random)
    return (0, { _ = a.matmul(b) })
  }
}
