// Lesson 2 · A tiny transformer
// About 1 s on 2 cores.

import Blackboard
import Images
import NanoVLA
import Tabletop
import Tensors

let idea = """
  A transformer turns tokens into tokens: each comes out where it went in, knowing more. A block does
  two things. In attention each token asks all others and takes the average of what fits. In the
  feed-forward layer each token works by itself on what it got.

  The aha: attention is the only place where tokens meet. Change one patch of the picture and count
  whose output changes: with attention everybody's, without it only that one's.

  Then the small factor 1/√d. Forget it, and wide heads look at one token only and cannot learn to
  look elsewhere.
  """

// Knobs: change one, run again.
let width = 64  // D
let depth = 2  // blocks
let heads = 4  // D must divide by it
let changedPatch = 27  // 0…63, row by row from the top left
let widths = [16, 64, 256]  // d, for 1/√d

Lesson.run(2, "A tiny transformer", idea: idea) { lesson in
  var random = SeededRandom(seed: lesson.seed)
  let frame = try DemonstrationDataset.bundled().demonstrations[0].frames[0]
  let embedding = PatchEmbedding(imageSize: frame.width, patchSize: 8, width: width, using: &random)
  let transformer = TinyTransformer(width: width, depth: depth, heads: heads, using: &random)

  lesson.heading("From a frame to tokens that know about each other")
  let tokens = withoutGradient {
    lesson.trace("\(depth) blocks with \(heads) heads") {
      let tokens = embedding(Pixels.tensor(of: [frame]))
      _ = transformer(tokens)
      return tokens
    }
  }

  lesson.heading("Who hears of patch \(changedPatch)?")
  var painted = frame
  for pixel in 0..<64 {
    let (x, y) = (changedPatch % 8 * 8 + pixel % 8, changedPatch / 8 * 8 + pixel / 8)
    painted[x, y] = RGBImage.Color(0, 0, 0)
  }
  let changed = withoutGradient { embedding(Pixels.tensor(of: [painted])) }
  let P = tokens.dim(1)
  var bars: [(label: String, value: Double, text: String)] = []
  func count(_ label: String, _ name: String, mask: Tensor? = nil) {
    let difference = withoutGradient {
      (transformer(tokens, mask: mask) - transformer(changed, mask: mask)).abs()
        .sum(axis: 2)  // [1, P, D] → [1, P]
    }
    let count = difference.values.count { $0 > 0 }
    lesson.keep(name, Double(count))
    bars.append((label, Double(count), "\(count) of \(P)"))
  }
  count("with attention", "changed_with_attention")
  count("none looks ahead", "changed_causal", mask: AttentionMask.causal(count: P))
  for block in transformer.blocks {  // what attention found is multiplied by 0
    block.attention.output.weight.values = Array(repeating: 0, count: width * width)
  }
  count("without", "changed_without_attention")
  lesson.bars(
    "Tokens whose output changes", Axis("number of tokens", 0...Double(P)), bars)
  lesson.say("Without attention, feed-forward layers are left: each token stays by itself.")

  lesson.heading("Why 1/√d?")
  lesson.say(
    "A score is a sum of d products, so it spreads like √d, and softmax of widely spread scores "
      + "gives all to the winner. The others then get no gradient to win it back.")
  /// Random tokens in one head: a token's largest weight, on average, and a score's median gradient.
  func look(d: Int, scaled: Bool) -> (largest: Float, gradient: Float) {
    var random = SeededRandom(seed: lesson.seed &+ UInt64(d))  // the same draws for both scales
    let x = Tensor.normal([1, 1, P, d], using: &random)
    let K = Tensor.normal([1, 1, P, d], using: &random)
    let Q = scaled ? x : x * Float(d).squareRoot()  // cancels the division by √d
    let found = scaledDotProductAttention(query: Q, key: K, value: K).scores
    let scores = Tensor(found.values, shape: [P, P]).asParameter()  // [1, 1, P, P] → [P, P]
    let weights = scores.softmax()
    (weights * Tensor.normal([P, P], using: &random)).sum().backward()  // about 1 into each weight
    let largest = (0..<P).map { weights.values[$0 * P..<$0 * P + P].max()! }
    return (largest.reduce(0, +) / Float(P), scores.gradient!.abs().values.sorted()[P * P / 2])
  }
  var ratio: Float = 0
  lesson.table(
    columns: ["d", "1/√d: largest weight", "gradient", "without: largest weight", "gradient"],
    rows: widths.map { d in
      let (scaled, plain) = (look(d: d, scaled: true), look(d: d, scaled: false))
      lesson.keep("largest_weight_scaled_\(d)", Double(scaled.largest))
      lesson.keep("largest_weight_unscaled_\(d)", Double(plain.largest))
      ratio = plain.gradient / scaled.gradient
      return [d, scaled.largest, scaled.gradient, plain.largest, plain.gradient]
    })
  lesson.result("gradient_ratio", ratio, "of the gradient is left without 1/√d at \(widths.last!)")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Transformer/MultiHeadAttention.swift",
      "Sources/NanoVLA/Transformer/TransformerBlock.swift",
      "Sources/NanoVLA/Transformer/TinyTransformer.swift",
    ],
    tryThis: [
      "changedPatch = 63: how many tokens hear of it if none looks ahead?",
      "heads = 16: which rows of the trace change, which do not?",
      "Exercise: silence only one of the blocks instead of all. How many tokens change now?",
    ])
}
