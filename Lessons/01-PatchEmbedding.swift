// Lesson 1 · Patch embedding
// About 2 s on 2 cores.

import Blackboard
import Images
import NanoVLA
import Tabletop
import Tensors

let idea = """
  A transformer reads a sentence: a list of vectors. To let it see, the image is cut into squares,
  the pixels of each are laid in a row, and one matrix, the same for all, makes a vector of them.
  The squares are the words.

  The aha: so an image becomes a sentence; and without positions the sentence is a bag. A robot that
  sees a bag of patches knows THAT there is a red cup, but not where to reach.
  """

// Knobs: change one, run again.
let patchSize = 8  // pixels; must divide 64
let width = 32  // D, numbers in a word; a multiple of 4
let steps = 800  // of 32 images each
let learningRate: Float = 5e-3
let heldOut = 20  // demonstrations that the probe never learns from

/// The same patches in another order: the left half of the picture and the right half trade places.
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
  let (placed, bag) = (makeProbe(hasPositions: true), makeProbe(hasPositions: false))

  lesson.heading("From a PNG to a sentence")
  lesson.picture(first)
  lesson.say("“\(demonstrations[0].instruction)”, the first frame of a bundled demonstration.")
  _ = lesson.trace("a frame becomes words, and words an answer") {
    placed(Pixels.tensor(of: [first]))
  }
  let side = first.width / patchSize
  lesson.result("patches", Double(side * side), "\(side)×\(side) squares, one word each")

  lesson.heading("Shuffle the squares")
  lesson.say("The picture's halves trade places. Does the mean of all words notice?")
  func change(_ probe: PatchProbe) -> Float {
    withoutGradient {
      let pooled = probe.pooled(Pixels.tensor(of: [first, swappingHalves(first)]))  // → [2, 2D]
      let (a, b) = (pooled.sliced(axis: 0, 0..<1), pooled.sliced(axis: 0, 1..<2))
      return (a - b).squared().sum().item.squareRoot() / a.squared().sum().item.squareRoot()
    }
  }
  lesson.result("changeWithPositions", change(placed), "how far it moves, as a part of its length")
  lesson.result("changeWithoutPositions", change(bag), "the same bag, shaken")

  lesson.heading("Left or right?")
  lesson.say(
    """
    Two probes shall tell in which half the gripper is. They see each frame, and its twin with \
    halves swapped, where the answer is the other one. They are alike, but one has no positions.
    """)
  func examples(_ part: ArraySlice<Demonstration>) -> (images: [RGBImage], answers: [Int]) {
    let frames = part.flatMap { zip($0.frames, $0.proprioception) }
      .filter { abs($1[0] - 0.5) > 0.1 }  // not in the middle, where the cut would go through it
    let answers = frames.map { $1[0] < 0.5 ? 0 : 1 }
    return (
      frames.map(\.0) + frames.map { swappingHalves($0.0) }, answers + answers.map { 1 - $0 }
    )
  }
  let seen = examples(demonstrations.dropLast(heldOut))
  let unseen = examples(demonstrations.suffix(heldOut))
  for (name, probe) in [("With", placed), ("Without", bag)] {
    probe.train(
      on: seen.images, targets: seen.answers, steps: steps, learningRate: learningRate,
      seed: lesson.seed
    ) { lesson.progress($0, of: steps, "\(name) positions") }
    lesson.result(
      "accuracy\(name)Positions", probe.accuracy(on: unseen.images, targets: unseen.answers),
      "of \(unseen.answers.count) unseen images; a coin would get 0.5")
  }
  lesson.say("A frame and its twin are the same bag with opposite answers: nothing can be learned.")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Vision/PatchEmbedding.swift", "Sources/NanoVLA/Vision/PatchProbe.swift",
      "Sources/NanoVLA/Transformer/PositionEncoding.swift",
    ],
    tryThis: [
      "patchSize = 16, then 4: which shapes change, and what does it cost?",
      "patchSize = 64: one word, one bag, yet it tells left from right. Why?",
      "Exercise: in PatchProbe.swift, add the positions AFTER the mean. What do both numbers become?",
    ])
}
