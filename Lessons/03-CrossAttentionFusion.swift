// Lesson 3 · Cross-attention fusion
// About 12 s on 2 cores.

import Blackboard
import Images
import NanoVLA
import Tabletop
import Tensors

let idea = """
  In cross-attention a learned query first attends to the instruction, then to the patches of the
  image; the weights of the second attention are a map of the image. The aha: the instruction
  chooses where to attend. Four fusions train on the same frozen features to point at the named
  object; they differ only in how they combine words and patches.
  """

// Knobs: change one, run again.
let scenes: UInt64 = 2000  // for training
let steps = 400  // of 64 scenes each
let learningRate: Float = 3e-3
let heads = 4  // the width must be a multiple
let shownScene = Suite.firstHeldOutSeed + 3  // for the trace and the attention maps

Lesson.run(3, "Cross-attention fusion", idea: idea) { lesson in
  let backbone = try ToyVLM.bundled()
  let width = backbone.configuration.width
  let first = Suite.firstPretrainingSeed
  let features = try PointingFeatures(of: first..<first + scenes, from: backbone)
  let heldOut = try PointingFeatures(of: Suite.heldOutSeeds(500), from: backbone)
  var curves: [LineChart.Curve] = []

  func train(
    _ name: String, isTextAblated: Bool = false, _ make: (inout SeededRandom) -> any Fusion
  ) -> PointingProbe {
    var random = SeededRandom(seed: lesson.seed)
    let probe = PointingProbe(
      make(&random), width: width, isTextAblated: isTextAblated, using: &random)
    var losses: [Double] = []
    probe.train(on: features, steps: steps, learningRate: learningRate, seed: lesson.seed) {
      losses.append(Double($1))
      lesson.progress($0, of: steps, name)
    }
    let means = stride(from: 0, to: losses.count, by: 20).map { start in
      let part = losses[start..<min(start + 20, losses.count)]
      return (x: Double(start + part.count), y: part.reduce(0, +) / Double(part.count))
    }
    curves.append(LineChart.Curve(name, means))
    return probe
  }
  func crossAttention(_ random: inout SeededRandom) -> CrossAttentionFusion {
    CrossAttentionFusion(width: width, heads: heads, queries: 1, depth: 1, using: &random)
  }

  lesson.heading("From image and instruction to a point")
  let start = Suite.object.initialState(seed: shownScene)
  let image = Renderer().render(start.scene)
  let pixels = Pixels.tensor(of: [image])
  lesson.picture(image)
  lesson.say("“\(start.task.instruction)”")
  let pointing = train("cross-attention", crossAttention)
  let fusion = pointing.fusion as! CrossAttentionFusion
  let ids = try backbone.tokenizer.encode(start.task.instruction)
  withoutGradient {
    lesson.trace(
      "one query attends to the words, then to the patches",
      skipping: TransformerBlock.insides
    ) {
      let vision = backbone.encodeImage(pixels)
      let (text, mask) = backbone.encodeText([ids])
      let (fused, attention) = fusion.attend(vision: vision, text: text, textMask: mask)
      attention.weights.traced("attention map", "\(heads) heads, one weight for each patch")
      _ = pointing.point(fused).traced("point", "x and y on the table")
    }
  }

  lesson.heading("One image, three instructions")
  let objects = start.scene.objects
  let names = objects.map { "\($0.color) \($0.shape)" }
  let instructions = try names.map { try backbone.tokenizer.encode("pick up the \($0)") }
  let (points, maps) = withoutGradient {
    let (text, mask) = backbone.encodeText(instructions)  // R instructions → [R, T, D]
    let (fused, attention) = fusion.attend(
      vision: backbone.encodeImage(pixels), text: text, textMask: mask)
    let weights = attention.weights.mean(axis: 1)  // over heads: [1, H, R, P] → [1, R, P]
    return (pointing.point(fused), weights.reshaped([names.count, -1]))  // [R, 1, 2], [R, P]
  }
  lesson.table(
    columns: ["pick up the …", "true x", "true y", "predicted x", "predicted y"],
    rows: names.indices.map { n in
      [names[n], objects[n].x, objects[n].y, points[n, 0, 0], points[n, 0, 1]]
    })
  let tiles = names.indices.map { n in
    image.attentionMap(maps.rows(at: [n]).values, enlargedBy: 4).captioned(
      "pick up the \(names[n])")
  }
  let named = maps.rows(at: [start.task.firstObject]).values
  lesson.say("Where “\(start.task.instruction)” attends; brighter patches have larger weights:")
  lesson.picture(image.attentionMap(named))
  try lesson.save(
    .contactSheet(rows: [tiles], padding: 6), as: "attention.png",
    "The attention maps of all \(names.count) instructions")

  lesson.heading("All probes, one training: how far from the object do they point?")
  let probes: [(name: String, probe: PointingProbe)] = [
    ("crossAttention", pointing),
    ("concat", train("concat") { ConcatFusion(width: width, heads: heads, using: &$0) }),
    ("film", train("FiLM") { FiLMFusion(width: width, using: &$0) }),
    ("gated", train("gated") { GatedFusion(width: width, using: &$0) }),
    ("noText", train("no text", isTextAblated: true, crossAttention)),
  ]
  let errors = probes.map { (name: $0.name, error: Double($0.probe.error(on: heldOut))) }
  errors.forEach { lesson.keep("pointing_\($0.name)", $0.error) }
  lesson.bars(
    "Mean pointing error on \(heldOut.count) held-out scenes",
    Axis("distance (table widths)", 0...0.4),
    errors.map { ($0.name, $0.error, Terminal.number($0.error)) })
  try lesson.chart(
    LineChart(
      "Training loss (mean of 20 steps)", x: Axis("step", 0...Double(steps)),
      y: Axis("smooth L1 loss", 0...(curves.flatMap(\.points).map(\.y).max() ?? 1)), curves),
    as: "loss-3.png")
  let best = errors.min { $0.error < $1.error }!
  let ablated = errors.last!.error
  lesson.say(
    "Expected: crossAttention 0.06 to 0.13, noText 0.28 to 0.35. Best here: \(best.name), "
      + "\((10 * ablated / best.error).rounded() / 10) times closer than the probe without the "
      + "instruction, which can only point between the objects. "
      + (errors[0].error < min(errors[2].error, errors[3].error)
        ? "FiLM and gating average the patches and lose most of the information about where."
        : "Here a fusion that averages the patches is as good as cross-attention."))

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/2-Transformer/MultiHeadAttention.swift",
      "Sources/NanoVLA/3-Fusion/CrossAttentionFusion.swift",
      "Sources/NanoVLA/3-Fusion/Fusion.swift",
    ],
    tryThis: [
      "steps = 1000: which fusions improve most?",
      "heads = 1: does the error grow?",
      "Exercise: in CrossAttentionFusion.attend, let the blocks start from `start` instead of the "
        + "queries that have read the text. Predict pointing_crossAttention before you run it: the "
        + "bar of noText tells whether you are right.",
    ])
}
