// Lesson 1 · Patch embedding
// About 2 s on 2 cores.

import Blackboard
import Images
import NanoVLA
import Probes
import Tabletop
import Tensors

let idea = """
  A transformer reads a sequence of vectors. So we cut the image into squares and multiply the
  pixels of each by one shared matrix: the patch tokens. To each we add a learned vector for its
  position. The aha: an image becomes a sequence; without positions it is a bag of patches. A
  policy that sees a bag knows THAT there is a red cup, but not where to reach.
  """

// Knobs: change one, run again.
let patchSize = 8  // pixels; must divide 64
let width = 32  // D, the elements of a token; a multiple of 4
let steps = 800  // of 32 images each
let learningRate: Float = 5e-3
let heldOut = 20  // demonstrations that the probes do not learn from

/// The same patches in another order: the left and the right half of the image trade places.
func swappingHalves(_ image: RGBImage) -> RGBImage {
  let half = image.width / 2
  return .filmStrip([
    image.cropped(x: half, y: 0, width: half, height: image.height),
    image.cropped(x: 0, y: 0, width: half, height: image.height),
  ])
}

Lesson.run(1, "Patch embedding", idea: idea) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let first = demonstrations[0].frames[0]
  var random = SeededRandom(seed: lesson.seed)
  func makeProbe(hasPositions: Bool) -> PatchProbe {
    PatchProbe(
      patchSize: patchSize, width: width, classes: 2, hasPositions: hasPositions, using: &random)
  }
  let (with, without) = (makeProbe(hasPositions: true), makeProbe(hasPositions: false))

  lesson.heading("From the first frame of “\(demonstrations[0].instruction)” to tokens")
  lesson.picture(first)
  _ = lesson.trace("from a frame to the logits of two classes") {
    with(Pixels.tensor(of: [first]))
  }
  let side = first.width / patchSize
  lesson.result("patches", Double(side * side), "\(side)×\(side) squares, one token each")

  lesson.heading("Position vectors")
  lesson.say(
    "Each position's vector starts as sines and cosines of its row and column, so neighbors have "
      + "similar vectors. The map shows the similarity of one position to all others.")
  let positions = with.embedding.positions
  let center = side / 2 * side + side / 2
  let dots = positions.matmul(transposed: positions.rows(at: [center]))  // [P, D] → [P, 1]
  let similarity = dots.values.map { $0 / Float(width / 2) }
  let smallest = similarity.min()!
  try lesson.save(
    RGBImage(heatMap: similarity.map { $0 - smallest }, columns: side, cell: 320 / side)
      .captioned(
        "Cosine similarity of the position vector in row \(side / 2), column \(side / 2) with every "
          + "position of the \(side)x\(side) grid. White: \(Terminal.number(Double(smallest))), the "
          + "smallest; blue: 1."),
    as: "positions.png", "The map as a picture")

  lesson.heading("The halves trade places: does the mean of all tokens change?")
  func change(_ probe: PatchProbe) -> Float {
    let pooled = probe.pooled(Pixels.tensor(of: [first, swappingHalves(first)]))  // → [2, 2D]
    let (a, b) = (pooled.sliced(axis: 0, 0..<1), pooled.sliced(axis: 0, 1..<2))
    return (a - b).squared().sum().item.squareRoot() / a.squared().sum().item.squareRoot()
  }
  lesson.result("changeWithPositions", change(with), "relative change ‖Δ‖ / ‖x‖ with positions")
  lesson.result("changeWithoutPositions", change(without), "without: rounding alone")
  lesson.heading("Left or right?")
  lesson.say(
    "Two probes predict which half of the image contains the gripper. Both train on each frame and "
      + "on its copy with swapped halves, whose label is the opposite. Only one has positions.")
  func examples(_ part: ArraySlice<Demonstration>) -> (images: [RGBImage], targets: [Int]) {
    let frames = part.flatMap { zip($0.frames, $0.proprioception) }
      .filter { abs($1[0] - 0.5) > 0.1 }  // the swap would cut a gripper in the middle
    let targets = frames.map { $1[0] < 0.5 ? 0 : 1 }
    let images = frames.map(\.0)
    return (images + images.map(swappingHalves), targets + targets.map { 1 - $0 })
  }
  let training = examples(demonstrations.dropLast(heldOut))
  let test = examples(demonstrations.suffix(heldOut))
  func accuracy(_ probe: PatchProbe, _ name: String) -> Float {
    probe.train(
      on: training.images, targets: training.targets, steps: steps, learningRate: learningRate,
      seed: lesson.seed
    ) { lesson.progress($0, of: steps, "\(name) positions") }
    return probe.accuracy(on: test.images, targets: test.targets)
  }
  lesson.result("accuracyWithPositions", accuracy(with, "with"), "on held-out images")
  let accuracyWithout = accuracy(without, "without")
  lesson.result("accuracyWithoutPositions", accuracyWithout, "0.5 is chance")
  lesson.say(
    abs(accuracyWithout - 0.5) < 0.05
      ? "Without positions, a frame and its swapped copy have the same mean token and opposite "
        + "labels: no training can do better than chance."
      : "Without positions the probe is not at chance: with patches this large, a single patch shows "
        + "where the gripper is.")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/1-Vision/PatchEmbedding.swift",
      "Sources/Probes/PatchProbe.swift",
      "Sources/NanoVLA/2-Transformer/PositionEncoding.swift",
    ],
    tryThis: [
      "patchSize = 16, then 4: which shapes change, and how much longer does it take?",
      "patchSize = 64: one token, and yet the probe without positions succeeds. Why?",
      "Exercise: in PatchEmbedding.callAsFunction, add `positions.mean(axis: 0)` instead of "
        + "`positions`. Solved if accuracyWithPositions is 0.5. (Tests: --filter PatchEmbeddingTests.)",
    ],
    theFieldCallsIt: "Vision Transformer (ViT), positional encoding, permutation invariance")
}
