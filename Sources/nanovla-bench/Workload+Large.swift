import Tensors
import VLMs

/// Models of published sizes with random weights, which take as long as trained ones.
extension Workload {
  static let large =
    [Workload(name: "clip_l_336", repeats: 1 / 3, isLarge: true, prepare: visionTower)]
    + ["float32", "bfloat16"].flatMap { dtype in
      [
        Workload(name: "llama_1b_prefill", repeats: 1 / 3, dtype: dtype, isLarge: true) {
          llamaPrefill(isPacked: dtype == "bfloat16")
        },
        Workload(name: "llama_1b_decode", repeats: 1, dtype: dtype, isLarge: true) {
          llamaDecode(isPacked: dtype == "bfloat16")
        },
      ]
    }

  /// The image tower of LLaVA-1.5, CLIP ViT-L/14 at 336 pixels, on one image: 577 tokens.
  private static func visionTower() -> Prepared {
    var random = SeededRandom(seed: 0)
    var sizes = VisionTransformerConfiguration()
    (sizes.imageSize, sizes.patchSize, sizes.width, sizes.depth) = (336, 14, 1024, 24)
    (sizes.heads, sizes.hidden, sizes.activation) = (16, 4096, .quickGELU)
    let tower = VisionTransformer(sizes, using: &random)
    let image = Tensor.uniform([1, 336, 336, 3], in: 0...1, using: &random)
    return (tower.parameterCount, { _ = withoutGradient { tower(image) } })
  }

  private static let promptLength = 64

  /// Prefill: a prompt of 64 tokens at once, and the logits of the next token.
  private static func llamaPrefill(isPacked: Bool) -> Prepared {
    let (model, prompt) = llama(isPacked: isPacked)
    return (
      model.parameterCount,
      { _ = withoutGradient { model.logits(lastToken(model(model.embed([prompt])))) } }
    )
  }

  /// Decode: one more token after those 64, whose keys and values are cached.
  private static func llamaDecode(isPacked: Bool) -> Prepared {
    let (model, prompt) = llama(isPacked: isPacked)
    let past = model.emptyCache()
    _ = withoutGradient { model(model.embed([prompt]), cache: past) }
    return (
      model.parameterCount,
      {
        _ = withoutGradient {
          model.logits(model(model.embed([[prompt[0]]]), cache: past.copy()))
        }
      }
    )
  }

  /// A Llama of the size of TinyLlama, 1.1 billion parameters, and a random prompt.
  private static func llama(isPacked: Bool) -> (model: RotaryDecoder, prompt: [Int]) {
    var random = SeededRandom(seed: 0)
    var sizes = RotaryDecoderConfiguration()
    (sizes.vocabulary, sizes.width, sizes.depth, sizes.hidden) = (32_000, 2048, 22, 5632)
    (sizes.heads, sizes.keyValueHeads, sizes.headWidth) = (32, 4, 64)
    let model = uninitialized { RotaryDecoder(sizes, using: &random) }
    for parameter in model.parameters {
      // The gain of a norm stays float32, as when a checkpoint is loaded.
      let isMatrix = parameter.shape.count == 2
      let range: ClosedRange<Float> = isMatrix ? -0.02...0.02 : 1...1
      let values = Tensor.uniform(parameter.shape, in: range, using: &random)
      parameter.adopt(isPacked && isMatrix ? values.packedAsBFloat16() : values)
    }
    return (model, (0..<promptLength).map { _ in random.integer(below: sizes.vocabulary) })
  }

  /// [1, T, D] → [1, 1, D]
  private static func lastToken(_ x: Tensor) -> Tensor {
    x.sliced(axis: 1, x.dim(1) - 1..<x.dim(1))
  }
}
