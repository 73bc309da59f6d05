// Lesson 3 · Cross-attention fusion
// About 12 s on 2 cores.

import Blackboard
import Foundation
import NanoVLA
import Tabletop
import Tensors

let idea = """
  Patches tell what is where, words tell what is wanted. Somewhere the two must meet. Cross-attention
  lets a query that has read the instruction look at the patches: its weights are a map of the image.

  The aha: the instruction chooses where to look. Four ways of fusing get the same features and the
  same training; the only difference is when and how words and patches meet.

  The features are those of the bundled toy VLM, which was pre-trained on true object positions. They
  are computed once and kept; only the fusion is trained here, to say where the named object lies.
  """

// Knobs: change one, run again.
let scenes: UInt64 = 2000  // to learn from
let steps = 400  // of 64 scenes each
let learningRate: Float = 3e-3
let heads = 4  // the width must divide by it
let shownScene = Suite.firstHeldOutSeed + 3  // for the attention map

Lesson.run(3, "Cross-attention fusion", idea: idea) { lesson in
  let trunk = try ToyVLM.bundled()
  let width = trunk.configuration.width
  let first = Suite.firstPretrainingSeed
  let features = try PointingFeatures(of: first..<first + scenes, from: trunk)
  let heldOut = try PointingFeatures(of: Suite.heldOutSeeds(500), from: trunk)

  func train(
    _ name: String, isTextAblated: Bool = false, _ make: (inout SeededRandom) -> any Fusion
  ) -> PointingProbe {
    var random = SeededRandom(seed: lesson.seed)
    let probe = PointingProbe(
      make(&random), width: width, isTextAblated: isTextAblated, using: &random)
    probe.train(on: features, steps: steps, learningRate: learningRate, seed: lesson.seed) {
      lesson.progress($0, of: steps, name)
    }
    return probe
  }
  func crossAttention(_ random: inout SeededRandom) -> CrossAttentionFusion {
    CrossAttentionFusion(width: width, heads: heads, queries: 1, depth: 1, using: &random)
  }

  lesson.heading("From picture and words to a point")
  let start = Suite.object.initialState(seed: shownScene)
  let picture = Renderer().render(start.scene)
  let ids = try trunk.tokenizer.encode(start.task.instruction)
  lesson.say("“\(start.task.instruction)”")
  let looking = train("cross-attention", crossAttention)
  withoutGradient {
    lesson.trace("what the trunk sees and reads", skipping: TransformerBlock.insides) {
      _ = (trunk.encodeImage(Pixels.tensor(of: [picture])), trunk.encodeText([ids]))
    }
  }
  let one = try PointingFeatures(of: shownScene..<shownScene + 1, from: trunk)
  _ = withoutGradient {
    lesson.trace("one query reads the words, then looks at the patches") { looking(one) }
  }

  lesson.heading("Where it looks")
  let weights = withoutGradient {
    (looking.fusion as! CrossAttentionFusion)
      .attend(vision: one.vision, text: one.text, textMask: one.mask).attention.weights
      .mean(axis: 1)  // [1, H, 1, P] → [1, 1, P], the mean of the heads
  }
  let map = picture.attentionMap(weights.values)
  lesson.picture(map)
  try lesson.save(
    map.captioned("“\(start.task.instruction)”: brighter patches have larger attention weights"),
    as: "attention.png", "The attention map as a picture")

  lesson.heading("Five probes, trained alike: how far off do they point?")
  let probes: [(name: String, probe: PointingProbe)] = [
    ("crossAttention", looking),
    ("concat", train("concat") { ConcatFusion(width: width, heads: heads, using: &$0) }),
    ("film", train("FiLM") { FiLMFusion(width: width, using: &$0) }),
    ("gated", train("gated") { GatedFusion(width: width, using: &$0) }),
    ("noText", train("without text", isTextAblated: true, crossAttention)),
  ]
  var bars: [(label: String, value: Double, text: String)] = []
  for (name, probe) in probes {
    let error = Double(probe.error(on: heldOut))
    lesson.keep("pointing_\(name)", error)
    bars.append((name, error, Terminal.number(error)))
  }
  lesson.bars(
    "Mean pointing error on held-out scenes", Axis("distance (table widths)", 0...0.4), bars)
  lesson.say(
    "A cup is about a sixth of the table wide. Who does not hear the words can only guess among three "
      + "objects; who averages the patches before pointing has lost where each one was.")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Fusion/CrossAttentionFusion.swift", "Sources/NanoVLA/Fusion/Fusion.swift",
    ],
    tryThis: [
      "steps = 1000: which fusions catch up, which do not?",
      "heads = 1: is one look enough?",
      "Exercise: encode another instruction of the same scene and see the map move.",
    ])
}
