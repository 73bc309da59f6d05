// Lesson 1 · Patch embedding
// About 4 s on 2 cores.
//
// A transformer reads sentences. To let it read an image, cut the image into squares: each square's
// pixels, laid in a row, become one vector by one shared linear layer. The squares are the words.
//
// The aha: an image becomes a sentence; without positions it is a bag. Nothing in a transformer
// knows which word stood where, so the same squares in any order are the same image to it.

import Blackboard
import Images
import NanoVLA
import Tabletop
import Tensors

// Knobs: change one, run again.
let patchSize = 8  // S: 4, 8, 16 or 32 of the image's 64 pixels
let width = 32  // D: numbers a word; a multiple of 4
let heads = 4  // D must divide by it
let shownFrame = 2  // of the first demonstration
let scenes: UInt64 = 2000  // to learn from, the gripper anywhere
let steps = 350  // of 32 scenes each
let learningRate: Float = 3e-3

/// Left or right? A patch embedding, one transformer block, the mean of all patches, two scores.
final class Probe: Module {
  let embedding: PatchEmbedding
  let transformer: TinyTransformer
  let answer: Linear

  init(hasPositions: Bool, using random: inout SeededRandom) {
    embedding = PatchEmbedding(imageSize: 64, patchSize: patchSize, width: width, using: &random)
    transformer = TinyTransformer(width: width, depth: 1, heads: heads, using: &random)
    answer = Linear(inputs: width, outputs: 2, using: &random)
    if hasPositions { return }
    embedding.positions.values = embedding.positions.values.map { _ in 0 }
    embedding.positions.isFrozen = true  // and 0 they stay
  }

  func features(of images: Tensor) -> Tensor {
    transformer(embedding(images)).mean(axis: 1)  // [B, P, D] → [B, D]
      .traced("pooled", "the mean of all patches")
  }
}

Lesson.run(1, "Patch embedding", file: #filePath) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  func makeProbe(hasPositions: Bool) -> Probe {
    var random = SeededRandom(seed: lesson.seed)
    return Probe(hasPositions: hasPositions, using: &random)
  }
  let (sentence, bag) = (makeProbe(hasPositions: true), makeProbe(hasPositions: false))

  lesson.heading("From picture to sentence")
  let frame = demonstrations[0].frames[shownFrame]
  _ = withoutGradient {
    lesson.trace("one camera frame", skipping: TransformerBlock.insides.subtracting(["features"])) {
      sentence.features(of: Pixels.tensor(of: [frame]))
    }
  }

  lesson.heading("The same words in another order")
  let side = 64 / patchSize
  var random = SeededRandom(seed: lesson.seed)
  let squares = random.shuffled(Array(0..<side * side)).map {
    frame.cropped(
      x: $0 % side * patchSize, y: $0 / side * patchSize, width: patchSize, height: patchSize)
  }
  let rows = (0..<side).map { Array(squares[$0 * side..<($0 + 1) * side]) }
  let mixed = RGBImage.contactSheet(rows: rows, padding: 0)
  lesson.picture(.filmStrip([frame, mixed]))
  lesson.say("How far apart are the pooled features of these two?")
  for (name, probe, meaning) in [
    ("withPositions", sentence, "another image"),
    ("withoutPositions", bag, "the same image, but for rounding"),
  ] {
    let pair = withoutGradient { probe.features(of: Pixels.tensor(of: [frame, mixed])).values }
    let apart = zip(pair.prefix(width), pair.suffix(width)).map { abs($0 - $1) }.max() ?? 0
    lesson.result("shuffled_\(name)", apart, meaning)
  }

  lesson.heading("Is the gripper left or right?")
  let renderer = Renderer()
  let learned = (Suite.firstPretrainingSeed..<Suite.firstPretrainingSeed + scenes).map { seed in
    var scene = Suite.object.makeEpisodeStart(seed: seed).scene
    scene.gripper.x = random.uniform(in: 0...0.4) + (seed % 2 == 0 ? 0 : 0.6)
    scene.gripper.y = random.uniform()
    scene.gripper.z = random.uniform()
    return scene
  }
  func isRight(_ x: Float) -> Int { x > 0.5 ? 1 : 0 }
  let places = demonstrations.flatMap(\.proprioception).map { $0[0] }
  let clear = places.indices.filter { abs(places[$0] - 0.5) > 0.1 }
  let frames = demonstrations.flatMap(\.frames)
  let test = Pixels.tensor(of: clear.map { frames[$0] })
  let truth = clear.map { isRight(places[$0]) }
  lesson.say(
    "Learned from \(scenes) fresh scenes, asked about the \(clear.count) bundled frames where the "
      + "gripper is not near the middle.")
  let images = Pixels.tensor(of: learned.map(renderer.render))
  let pixels = images.reshaped([learned.count, -1])  // [N, 64, 64, 3] → [N, 12288]
  var bars: [(label: String, value: Double, text: String)] = []
  for (name, probe) in [("withPositions", sentence), ("withoutPositions", bag)] {
    let optimizer = AdamW(probe.parameters)
    let schedule = Schedule(peak: learningRate, warmup: steps / 10, steps: steps)
    for step in 0..<steps {
      let batch = (0..<32).map { _ in random.integer(below: learned.count) }
      _ = backwardInShards(of: 32) { part in
        let some = Array(batch[part])
        let batch = pixels.rows(at: some).reshaped([some.count, 64, 64, 3])
        let scores = probe.answer(probe.features(of: batch))  // → [B, 2]
        return crossEntropy(scores, targets: some.map { isRight(learned[$0].gripper.x) })
      }
      optimizer.step(learningRate: schedule(step), maximumNorm: 1)
      lesson.progress(step + 1, of: steps, name)
    }
    let answers = withoutGradient { probe.answer(probe.features(of: test)).argmax() }
    let right = zip(answers, truth).count { $0 == $1 }
    let accuracy = Double(right) / Double(answers.count)
    lesson.result("accuracy_\(name)", accuracy, "\(right) of \(answers.count)")
    bars.append((name, accuracy, Terminal.number(accuracy)))
  }
  let rights = Double(truth.reduce(0, +)) / Double(truth.count)
  lesson.result("accuracy_blind", max(rights, 1 - rights), "always the commoner side")
  bars.append(("blind", max(rights, 1 - rights), Terminal.number(max(rights, 1 - rights))))
  lesson.bars(bars)

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Vision/PatchEmbedding.swift",
      "Sources/NanoVLA/Transformer/PositionEncoding.swift",
    ],
    tryThis: [
      "patchSize = 16 and 4: fewer or more words. What does the answer lose, what does time gain?",
      "Exercise: ask for near or far (y) instead of left or right. Can a bag tell, and why?",
    ])
}
