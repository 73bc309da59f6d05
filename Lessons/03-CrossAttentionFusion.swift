// Lesson 3 · Cross-attention fusion
// About 12 s on 2 cores.
//
// Patches tell what is where, words tell what is wanted. Somewhere the two must meet. Cross-attention
// lets a query that has read the instruction look at the patches: its weights are a map of the image.
//
// The aha: the instruction chooses where to look. Four ways of fusing get the same features and the
// same training; the only difference is when and how words and patches meet.
//
// The features are those of the bundled toy VLM, which was pre-trained on true object positions. They
// are computed once and kept; only the fusion is trained here, to say where the named object lies.

import Blackboard
import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors

// Knobs: change one, run again.
let scenes = 2000  // to learn from
let steps = 300  // of 64 scenes each
let learningRate: Float = 3e-3
let heads = 4  // D = 64 must divide by it
let shownScene: UInt64 = Suite.firstHeldOutSeed + 3  // for the attention map

/// Features of many scenes, and the true place of the named object.
struct Features {
  let vision, text, mask, places: Tensor  // [N, P, D], [N, T, D], [N, 1, 1, T], [N, 2]

  init(of seeds: Range<UInt64>, from trunk: ToyVLM) throws {
    let starts = seeds.map { Suite.object.makeEpisodeStart(seed: $0) }
    let ids = try starts.map { try trunk.tokenizer.encode($0.task.instruction) }
    let objects = starts.map { $0.scene.objects[$0.task.firstObject] }
    let renderer = Renderer()
    let seen = inShards(of: starts.count) { part in
      withoutGradient {
        trunk.see(Pixels.tensor(of: part.map { renderer.render(starts[$0].scene) }))
      }
    }
    vision = Tensor.concatenated(seen, axis: 0)
    (text, mask) = withoutGradient { trunk.read(ids) }
    places = Tensor(objects.flatMap { [$0.x, $0.y] }, shape: [starts.count, 2])
  }

  /// Some of the scenes: every tensor's rows `indices`.
  func rows(_ indices: [Int]) -> (vision: Tensor, text: Tensor, mask: Tensor, places: Tensor) {
    func pick(_ x: Tensor) -> Tensor {
      x.reshaped([x.dim(0), -1]).rows(at: indices).reshaped([indices.count] + x.shape.dropFirst())
    }
    return (pick(vision), pick(text), pick(mask), pick(places))
  }
}

/// A fusion, and one linear layer that turns what it found into x and y.
final class Pointer: Module {
  let fusion: any Fusion
  let point: Linear
  let isDeaf: Bool

  init(_ fusion: any Fusion, isDeaf: Bool, using random: inout SeededRandom) {
    (self.fusion, self.isDeaf) = (fusion, isDeaf)
    point = Linear(inputs: 64, outputs: 2, using: &random)
  }

  func callAsFunction(vision: Tensor, text: Tensor, mask: Tensor) -> Tensor {
    let heard = isDeaf ? Tensor.zeros(text.shape) : text
    let fused = fusion(vision: vision, text: heard, textMask: mask)  // → [N, 1, D]
    return point(fused).reshaped([vision.dim(0), 2])  // [N, 1, D] → [N, 2]
      .traced("point", "x and y on the table")
  }
}

Lesson.run(3, "Cross-attention fusion", file: #filePath) { lesson in
  let trunk = try ToyVLM.bundled()
  let learned = try Features(
    of: Suite.firstPretrainingSeed..<Suite.firstPretrainingSeed + UInt64(scenes), from: trunk)
  let heldOut = try Features(of: Suite.heldOutSeeds(500), from: trunk)

  func train(_ name: String, isDeaf: Bool = false, _ make: (inout SeededRandom) -> any Fusion)
    -> Pointer
  {
    var random = SeededRandom(seed: lesson.seed)
    let pointer = Pointer(make(&random), isDeaf: isDeaf, using: &random)
    let optimizer = AdamW(pointer.parameters)
    let schedule = Schedule(peak: learningRate, warmup: steps / 10, steps: steps)
    for step in 0..<steps {
      let batch = (0..<64).map { _ in random.integer(below: scenes) }
      _ = backwardInShards(of: 64) { part in
        let some = learned.rows(Array(batch[part]))
        let points = pointer(vision: some.vision, text: some.text, mask: some.mask)
        return smoothL1(points, some.places, width: 0.02)
      }
      optimizer.step(learningRate: schedule(step), maximumNorm: 5)
      lesson.progress(step + 1, of: steps, name)
    }
    return pointer
  }
  func crossAttention(_ random: inout SeededRandom) -> CrossAttentionFusion {
    CrossAttentionFusion(width: 64, heads: heads, queries: 1, depth: 1, using: &random)
  }

  lesson.heading("From picture and words to a point")
  let start = Suite.object.makeEpisodeStart(seed: shownScene)
  let picture = Renderer().render(start.scene)
  let words = try trunk.tokenizer.encode(start.task.instruction)
  lesson.say("“\(start.task.instruction)”")
  let looking = train("cross-attention", crossAttention)
  let (vision, text, mask) = withoutGradient {
    lesson.trace("what the trunk sees and reads", skipping: TransformerBlock.insides) {
      let vision = trunk.see(Pixels.tensor(of: [picture]))
      let (text, mask) = trunk.read([words])
      return (vision, text, mask)
    }
  }
  let weights = withoutGradient {
    let fusion = looking.fusion as! CrossAttentionFusion
    let look = fusion.look(vision: vision, text: text, textMask: mask).firstLook
    return look.weights.mean(axis: 1).values  // [1, H, 1, P] → P numbers, the mean of the heads
  }
  _ = withoutGradient {
    lesson.trace("one query reads the words, then looks at the patches") {
      looking(vision: vision, text: text, mask: mask)
    }
  }

  lesson.heading("Where it looks")
  var map = picture.enlarged(by: 4)
  for y in 0..<map.height {
    for x in 0..<map.width {
      let patch = y / 32 * 8 + x / 32
      let light = 0.25 + 0.75 * min(1, weights[patch] / (weights.max() ?? 1))
      let color = map[x, y]
      map[x, y] = RGBImage.Color(
        UInt8(Float(color.red) * light), UInt8(Float(color.green) * light),
        UInt8(Float(color.blue) * light))
    }
  }
  let file = try lesson.output(named: "attention.png")
  try map.writePNG(to: file)
  lesson.picture(map)
  lesson.say("Bright is where the weights are. The same as a picture: \(file.path)")

  lesson.heading("Five pointers, trained alike")
  let pointers: [(String, Pointer)] = [
    ("crossAttention", looking),
    ("concat", train("concat") { ConcatFusion(width: 64, heads: heads, using: &$0) }),
    ("film", train("FiLM") { FiLMFusion(width: 64, using: &$0) }),
    ("gated", train("gated") { GatedFusion(width: 64, using: &$0) }),
    ("noText", train("without text", isDeaf: true, crossAttention)),
  ]
  let test = heldOut.rows(Array(0..<500))
  var errors: [(label: String, value: Double, text: String)] = []
  for (name, pointer) in pointers {
    let points = withoutGradient { pointer(vision: test.vision, text: test.text, mask: test.mask) }
    let miss = (points - test.places).squared().sum(axis: 1).sqrt().mean().item  // [500, 2] → one
    lesson.result("pointing_\(name)", miss, "mean distance from the named object")
    errors.append((name, Double(miss) / 0.4, Terminal.number(Double(miss))))
  }
  lesson.bars(errors)
  lesson.say(
    "An object is about 0.15 wide. Who does not hear the words can only guess among three objects; "
      + "who averages the patches before pointing has lost where each one was.")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Fusion/CrossAttentionFusion.swift", "Sources/NanoVLA/Fusion/Fusion.swift",
    ],
    tryThis: [
      "steps = 1000: which fusions catch up, which do not?",
      "heads = 1: is one look enough?",
      "Exercise: swap one word of the instruction above and see the map move.",
    ])
}
