// Lesson 3 · Cross-attention fusion
// About 12 s on 2 cores.

import Blackboard
import Images
import NanoVLA
import Probes
import Tabletop
import Tensors

let idea = """
  In cross-attention a learned query first attends to the instruction, then to the patches of the
  image; the weights of the second attention are a map of the image. The aha: the instruction
  chooses where to attend. Four fusions train on the same frozen features to point at the named
  object; they differ only in how they combine words and patches.
  """

// Knobs: change one, run again.
let scenes = Suite.firstPretrainingSeed..<Suite.firstPretrainingSeed + 2000  // for training
let steps = 800  // of 32 scenes each
let learningRate: Float = 4e-3
let heads = 4  // the width must be a multiple
let shownScene = Suite.firstHeldOutSeed + 3  // for the trace and the attention maps

Lesson.run(3, "Cross-attention fusion", idea: idea) { lesson in
  let backbone = try ToyVLM.bundled()
  let width = backbone.configuration.width
  let features = try PointingFeatures(of: scenes, from: backbone)
  let heldOut = try PointingFeatures(of: Suite.heldOutSeeds(500), from: backbone)
  var curves: [LineChart.Curve] = []

  func train(
    _ name: String, ablatesText: Bool = false, _ make: (inout SeededRandom) -> any Fusion
  ) -> PointingProbe {
    var random = SeededRandom(seed: lesson.seed)
    let fusion = make(&random)
    let probe = PointingProbe(fusion, width: width, isTextAblated: ablatesText, using: &random)
    var (losses, others) = ([Float](), [Float]())  // held out: of the first probe alone
    probe.train(on: features, steps: steps, learningRate: learningRate, seed: lesson.seed) {
      losses.append($1)
      lesson.progress($0, of: steps, name)
      guard curves.isEmpty, $0 % 40 == 0 else { return }
      let points = withoutGradient { probe(heldOut) }
      others.append(smoothL1(points, heldOut.positions, width: PointingProbe.smoothL1Width).item)
    }
    curves.append(.init(name, losses, from: 1, meanOf: 20))
    curves.append(.init("\(name), held out", others, from: 40, every: 40))
    return probe
  }
  func crossAttention(_ random: inout SeededRandom) -> CrossAttentionFusion {
    CrossAttentionFusion(.init(heads: heads), width: width, using: &random)
  }

  let start = Suite.object.initialState(seed: shownScene)
  let instruction = start.task.instruction
  lesson.heading("From this image and “\(instruction)” to a point")
  let image = Renderer().render(start.scene)
  lesson.picture(image)
  let pointing = train("cross-attention", crossAttention)
  let fusion = pointing.fusion as! CrossAttentionFusion
  let vision = try lesson.trace("a query attends twice", skipping: TransformerBlock.insides) {
    let vision = backbone.encodeImage(Pixels.tensor(of: [image]))
    let (text, mask) = try backbone.encodeText([backbone.tokenizer.encode(instruction)])
    let (fused, attention) = fusion.attend(vision: vision, text: text, textMask: mask)
    attention.weights.traced("attention map", "\(heads) heads, one weight for each patch")
    _ = pointing.point(fused).traced("point", "x and y on the table")
    return vision
  }
  let objects = start.scene.objects
  lesson.heading("One image, \(objects.count) instructions")
  let instructions = objects.map { "pick up the \($0.color) \($0.shape)" }
  let (text, mask) = try backbone.encodeText(instructions.map(backbone.tokenizer.encode))
  let (fused, attention) = fusion.attend(vision: vision, text: text, textMask: mask)
  let points = pointing.point(fused)  // of R instructions: [R, 1, D] → [R, 1, 2]
  let maps = attention.weights.mean(axis: 1).reshaped([objects.count, -1])  // [1, H, R, P] → [R, P]
  lesson.table(
    columns: ["instruction", "true x", "true y", "predicted x", "predicted y"],
    rows: zip(instructions, objects).enumerated().map { n, pair in
      [pair.0, pair.1.x, pair.1.y, points[n, 0, 0], points[n, 0, 1]]
    })
  lesson.say("Where “\(instruction)” attends; brighter patches have larger weights:")
  lesson.picture(image.attentionMap(maps.rows(at: [start.task.firstObject]).values))
  let tiles = instructions.enumerated().map { n, instruction in
    image.attentionMap(maps.rows(at: [n]).values, caption: instruction)
  }
  try lesson.save(
    .contactSheet(rows: [tiles], padding: 6), as: "attention.png", "The maps of all instructions")

  lesson.heading("All probes, one training: how far from the object do they point?")
  let probes = [
    ("crossAttention", pointing),
    ("concat", train("concat") { ConcatFusion(.init(heads: heads), width: width, using: &$0) }),
    ("film", train("FiLM") { FiLMFusion(width: width, using: &$0) }),
    ("gated", train("gated") { GatedFusion(width: width, using: &$0) }),
    ("noText", train("no text", ablatesText: true, crossAttention)),
  ]
  let errors = probes.map { name, probe in
    (label: name, value: lesson.keep("pointing_\(name)", probe.error(on: heldOut)))
  }
  lesson.bars("Pointing error on held-out scenes", Axis("distance (table widths)", 0...0.4), errors)
  try lesson.chart(
    LineChart("Loss (training: mean of 20 steps)", x: "step", y: "smooth L1 loss", curves),
    as: "loss-3.png")
  let distances = errors.map(\.value.value)
  lesson.say(
    "Without the instruction a probe can only point between the objects. "
      + (distances[0] < min(distances[2], distances[3])
        ? "FiLM and gating average the patches: what tells where is lost, or needs many more steps."
        : "Here a fusion that averages the patches is as good as cross-attention."))

  lesson.finish(
    readNext: ["Sources/NanoVLA/3-Fusion/CrossAttentionFusion.swift"],
    tryThis: [
      "steps = 2400: which fusion learns to point after all? heads = 1 and --seed 1: what is lost?",
      "Exercise: in CrossAttentionFusion.attend, let the blocks start from `start` instead of the "
        + "queries with text. Solved if it is as bad as noText. Why? (Tests: --filter FusionTests.)",
    ],
    theFieldCallsIt:
      "cross-attention (of two sequences; self-attention: of one), grounding, Q-Former")
}
