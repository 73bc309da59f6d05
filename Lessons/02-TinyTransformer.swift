// Lesson 2 · A tiny transformer
// About 1 s on 2 cores.

import Blackboard
import Images
import NanoVLA
import Tabletop
import Tensors

let idea = """
  A transformer turns a sequence of tokens into one of the same length. In each block, attention
  gives each token a weighted average over all tokens, and an MLP transforms each token alone; both
  add to the residual stream. The aha: attention is the only place where tokens meet. Change one
  patch, and count the tokens whose output changes.
  """

// Knobs: change one, run again.
let width = 64  // D
let depth = 2  // blocks
let heads = 4  // D must be a multiple
let changedPatch = 27  // 0…63, row by row from the top left
let widths = [16, 64, 256]  // d, for 1/√d

Lesson.run(2, "A tiny transformer", idea: idea) { lesson in
  var random = SeededRandom(seed: lesson.seed)
  let frame = try DemonstrationDataset.bundled().demonstrations[0].frames[0]
  let embedding = PatchEmbedding(imageSize: frame.width, patchSize: 8, width: width, using: &random)
  let transformer = TinyTransformer(width: width, depth: depth, heads: heads, using: &random)

  lesson.heading("From a frame to tokens that know about each other")
  let tokens = lesson.trace("\(depth) blocks with \(heads) heads") {
    let tokens = embedding(Pixels.tensor(of: [frame]))
    _ = transformer(tokens)
    return tokens
  }
  let P = tokens.dim(1)
  let causal = AttentionMask.causal(count: P)

  lesson.heading("Attention as a matrix")
  lesson.say("In row t, token t's weights for all tokens. A causal mask hides the tokens after t.")
  func weights(_ mask: Tensor?) -> RGBImage {
    let block = transformer.blocks[0]
    let weights = block.attention(block.norm1(tokens), mask: mask).weights  // [1, H, P, P]
    let rows = (0..<P).map { weights.values[$0 * P..<$0 * P + P] }  // of head 0
    return RGBImage(heatMap: rows.flatMap { row in row.map { $0 / row.max()! } }, columns: P)
  }
  try lesson.save(
    RGBImage.contactSheet(rows: [[weights(nil), weights(causal)]], padding: 8).captioned(
      "Attention weights of head 0 in block 0, untrained, without and with a causal mask. Rows: "
        + "queries 0 to \(P - 1). Columns: keys. White: 0; blue: the largest weight of the row."),
    as: "attention-matrix.png", "Both matrices as a picture")

  lesson.heading("Which tokens depend on patch \(changedPatch)?")
  var painted = frame
  painted.fill(x: changedPatch % 8 * 8, y: changedPatch / 8 * 8, width: 8, height: 8, .black)
  let changed = embedding(Pixels.tensor(of: [painted]))
  var bars: [(label: String, value: Kept)] = []
  func count(_ label: String, _ name: String, mask: Tensor? = nil) -> Int {
    let change = transformer(tokens, mask: mask) - transformer(changed, mask: mask)
    let count = change.abs().sum(axis: 2).values.count { $0 > 0 }  // [1, P, D] → [1, P]
    bars.append((label, lesson.keep(name, Double(count))))
    return count
  }
  let all = count("attention", "changed_with_attention")
  let later = count("causal attention", "changed_causal", mask: causal)
  for block in transformer.blocks {  // attention's output becomes its bias, the same everywhere
    block.attention.output.weight.values = Array(repeating: 0, count: width * width)
  }
  let alone = count("no attention", "changed_without_attention")
  lesson.bars("Tokens whose output changes", Axis("number of tokens", 0...Double(P)), bars)
  lesson.say(
    "Expected: \(P) with attention, \(P - changedPatch) with a causal mask (patch \(changedPatch) and "
      + "those after it), 1 without attention. "
      + ((all, later, alone) == (P, P - changedPatch, 1)
        ? "Only attention moves information between tokens."
        : "These counts differ: something else moves information between tokens."))

  lesson.heading("Why 1/√d?")
  lesson.say(
    "A score is a sum of d products, so its standard deviation is √d. With such scores the softmax "
      + "saturates: one weight is near 1, and the gradient of all scores is near 0.")
  /// Of random queries and keys: the mean of the largest weights, the median gradient of a score.
  func measure(d: Int, scaled: Bool) -> (largest: Float, gradient: Float) {
    var random = SeededRandom(seed: lesson.seed &+ UInt64(d))  // the same draws for both
    let K = Tensor.normal([1, 1, P, d], using: &random)
    var Q = Tensor.normal([1, 1, P, d], using: &random)
    if !scaled { Q = Q * Float(d).squareRoot() }  // cancels the division by √d
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
      let (scaled, plain) = (measure(d: d, scaled: true), measure(d: d, scaled: false))
      ratio = plain.gradient / scaled.gradient
      return [d, lesson.keep("largest_weight_scaled_\(d)", scaled.largest), scaled.gradient]
        + [lesson.keep("largest_weight_unscaled_\(d)", plain.largest), plain.gradient]
    })
  lesson.result("gradient_ratio", ratio, "gradient without 1/√d over with it")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/2-Transformer/ScaledDotProductAttention.swift",
      "Sources/NanoVLA/2-Transformer/MultiHeadAttention.swift",
      "Sources/NanoVLA/2-Transformer/TransformerBlock.swift",
    ],
    tryThis: [
      "changedPatch = 63: how many tokens change under a causal mask?",
      "heads = 16: which rows of the trace change, which do not?",
      "Exercise: set the output weights of only one block to 0 instead of all. Solved if you predict the "
        + "bar “no attention”. (The tests of attention: swift test --filter AttentionTests.)",
    ], theFieldCallsIt: "self-attention, causal mask, residual stream, pre-norm, softmax saturation"
  )
}
