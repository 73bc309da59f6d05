// Lesson 2 · A tiny transformer
// About 1 s on 2 cores.
//
// A transformer turns tokens into tokens: each comes out where it went in, knowing more. A block does
// two things. In attention each token asks all others and takes the average of what fits. In the
// feed-forward layer each token works by itself on what it got.
//
// The aha: attention is the only place where tokens meet. Change one patch of the picture and count
// whose output changes: with attention everybody's, without it only that one's.
//
// Then the small factor 1/√d. Forget it, and wide heads look at one token only and cannot learn to
// look elsewhere.

import Blackboard
import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors

// Knobs: change one, run again.
let width = 64  // D
let depth = 2  // blocks
let heads = 4  // D must divide by it
let changedPatch = 27  // 0…63, row by row from the top left
let widths = [16, 32, 64, 128, 256]  // d, for 1/√d
let draws = 8  // random attentions a width

Lesson.run(2, "A tiny transformer", file: #filePath) { lesson in
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
  func countChanged(mask: Tensor? = nil) -> Double {
    let difference = withoutGradient {
      (transformer(tokens, mask: mask) - transformer(changed, mask: mask)).abs()
        .sum(axis: 2)  // [1, P, D] → [1, P]
    }
    return Double(difference.values.count { $0 > 0 })
  }
  let causal = MultiHeadAttention.causalMask(count: P)
  lesson.result("tokens", Double(P), "patches, of which one is painted black")
  let all = countChanged()
  lesson.result("changed_with_attention", all, "tokens that come out different")
  let later = countChanged(mask: causal)
  lesson.result("changed_causal", later, "a mask hides the future: that patch and later")
  let attention = transformer.blocks[0].attention
  let weights = withoutGradient { attention(tokens, mask: causal).weights.mean(axis: 1).values }
  let future = weights.indices.filter { $0 % P > $0 / P }.map { weights[$0] }
  lesson.result("largest_future_weight", future.max()!, "of \(future.count) above the diagonal")
  for block in transformer.blocks {  // what attention found is multiplied by 0
    block.attention.output.weight.values = Array(repeating: 0, count: width * width)
  }
  let own = countChanged()
  lesson.result("changed_without_attention", own, "attention's output is 0: feed-forward only")
  lesson.bars(
    [("with attention", all), ("causal", later), ("without", own)].map {
      ($0, $1 / Double(P), "\(Int($1)) of \(P)")
    })

  lesson.heading("Why 1/√d?")
  lesson.say(
    "A score is a sum of d products, so it spreads like √d, and softmax of widely spread scores "
      + "gives all to the winner. The others then get no gradient to win it back. (The table has the "
      + "median score's; into each weight flows one of about 1.)")
  /// The spread of the scores, the mean entropy of the weights, the median gradient of a score.
  func look(d: Int, scaled: Bool) -> [Float] {
    var random = SeededRandom(seed: lesson.seed &+ UInt64(d))  // the same draws for both scales
    let attention = MultiHeadAttention(width: d, heads: 1, using: &random)
    for layer in [attention.query, attention.key] {  // variance 1/d keeps queries and keys at 1
      let scale = 1 / Float(d).squareRoot()
      layer.weight.values = Tensor.normal([d, d], scale: scale, using: &random).values
    }
    if !scaled { attention.scale = 1 }
    let x = Tensor.normal([draws, P, d], using: &random)
    let found = withoutGradient { attention(x) }
    // Send a random gradient of size 1 into every weight and see what arrives at the scores.
    let scores = Tensor(found.scores.values, shape: found.scores.shape).asParameter()
    let weights = scores.softmax()
    (weights * Tensor.normal(weights.shape, using: &random)).sum().backward()
    return withoutGradient {
      let sizes = scores.gradient!.abs().values.sorted()
      let entropy = -(weights * (weights + 1e-30).log()).sum(axis: -1).mean().item
      return [scores.squared().mean().sqrt().item, entropy, sizes[sizes.count / 2]]
    }
  }
  let table = widths.map { ($0, look(d: $0, scaled: true), look(d: $0, scaled: false)) }
  lesson.table(
    columns: ["d", "scale", "spread", "entropy", "gradient"],
    rows: table.flatMap { d, scaled, unscaled in
      [("1/√d", scaled), ("1", unscaled)].map { scale, row in
        ["\(d)", scale] + row.map { Terminal.number(Double($0)) }
      }
    })
  let (widest, scaled, unscaled) = table.last!
  for (name, row) in [("scaled", scaled), ("unscaled", unscaled)] {
    let seen = Terminal.number(Double(exp(row[1])))
    lesson.result(
      "entropy_\(name)_\(widest)", row[1], "like looking at e^entropy = \(seen) tokens")
  }
  lesson.result("gradient_ratio", unscaled[2] / scaled[2], "of the gradient is left without 1/√d")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Transformer/MultiHeadAttention.swift",
      "Sources/NanoVLA/Transformer/TransformerBlock.swift",
      "Sources/NanoVLA/Transformer/TinyTransformer.swift",
    ],
    tryThis: [
      "changedPatch = 63: how many tokens hear of it through the causal mask?",
      "heads = 16: which rows of the trace change, which do not?",
      "Exercise: silence only one of the blocks instead of all. How many tokens change now?",
    ])
}
