// Lesson 11 · Real checkpoints
// About 1 s on 2 cores.

import Blackboard
import Files
import Foundation
import NanoVLA
import VLMs

let idea = """
  A published model is a folder: sizes in config.json, weights in safetensors files, a tokenizer,
  image settings. This lesson reads one, laid out as openvla-7b but tiny, from its first bytes to
  an action, and compares each stage with the values of `transformers`. The aha: nothing is hidden,
  but a small mistake does not crash; only reference values reveal it.
  """

// Knobs: change one, run again.
let key = "language_model.model.embed_tokens.weight"  // the tensor whose bytes are decoded by hand
let index = 5  // the value in it that is decoded
let shown = ["dinov2.blocks.2.attention.key.bias", "siglip.patchEmbedding.projection.weight"]
let epsilon: Float = 1e-5  // of the first mistake's norms; the checkpoint's is 1e-6
let generated = 32  // tokens, to compare the times with and without a key/value cache
let tolerance = 1e-4  // stages that differ by less count as equal
let mistakes: [(key: String, mistake: String, change: (inout PublishedExample.Port) -> Void)] = [
  ("no", "none", { _ in }),
  ("wrongEpsilon", "norm epsilon \(epsilon)", { $0.configuration.language.epsilon = epsilon }),
  ("wrongGELU", "approximate GELU", { $0.configuration.dinov2.activation = .geluTanh }),
  ("wrongResizing", "bilinear resizing", { $0.preprocessor.filter = .bilinear }),
  ("wrongColours", "towers' colors swapped", { $0.preprocessor.normalizations.reverse() }),
  ("wrongPrompt", "no “▁” at the end", { $0.promptIDs.removeLast() }),
]

Lesson.run(11, "Real checkpoints", idea: idea) { lesson in
  let example = try PublishedExample.bundled()
  let checkpoint = try SafetensorsFolder(url: example.folder)

  lesson.heading("From bytes to a weight")
  let bytes = [UInt8](try Data(contentsOf: checkpoint.file(of: key).url))
  let length = bytes[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }  // little-endian
  lesson.result("headerBytes", length, "the header's length, from the bytes \(bytes[0..<8])")
  let header = try JSONFile.parse(Data(bytes[8..<8 + length]), name: "header")
  let start = try header[key]["data_offsets"].array(count: 2...2)[0].int(0...bytes.count)
  let position = 8 + length + start + 2 * index
  let bits = Int(bytes[position + 1]) << 8 | Int(bytes[position])
  let (sign, exponent, fraction) = (bits >> 15, bits >> 7 & 0xFF, bits & 0x7F)
  lesson.say(
    "\(key) has type \(try header[key]["dtype"].string()), shape \(try checkpoint.shape(of: key)). "
      + "The value at \(index) starts at byte 8 + \(length) + \(start) + 2·\(index) = \(position): "
      + "1 sign bit, 8 exponent bits, 7 fraction bits.\n\n"
      + "  (−1)^\(sign) · 2^(\(exponent) − 127) · (1 + \(fraction)/128)")
  let value = exp2(Double(exponent - 127)) * (1 + Double(fraction) / 128)
  lesson.result("byHand", sign == 1 ? -value : value, "decoded by hand")
  lesson.result("byLibrary", try checkpoint.values(of: key)[index], "as SafetensorsFile reads it")
  lesson.heading("From names to a network")
  let port = try example.port()
  let model = try example.makeModel(port.configuration)
  for (name, ours) in model.namedParameters where shown.contains(name) {
    let published = OpenVLA.weights.published(name).first { checkpoint.contains($0) } ?? ""
    lesson.say("· \(name) \(ours.shape) ← \(published) \(try checkpoint.shape(of: published))")
  }
  lesson.heading("From image and text to an action")
  let tokenizer = try TextTokenizer(contentsOf: example.folder)
  let tokens = port.promptIDs.map { tokenizer.token(of: $0) ?? "?" }.joined(separator: " ")
  lesson.say("“\(example.instruction)” becomes \(port.promptIDs.count) tokens: \(tokens)")
  let answer = try lesson.trace("from pixels to tokens", skipping: TransformerBlock.insides) {
    try example.answer(model, port)
  }
  let run = try example.run(port)
  lesson.table(
    columns: ["stage", "shape", "first value", "reference", "maximum difference"],
    rows: run.stages.map { stage in
      let (ours, reference) = (stage.ours.values[0], stage.reference.values[0])
      return [stage.name, stage.ours.shape, ours, reference, stage.largestDifference]
    })
  lesson.result("largestDifference", run.largestDifference, "of any stage, to \(example.source)")
  lesson.say("Greedy tokens: \(answer.tokens); the reference's: \(example.tokens).")
  lesson.result("actionDifference", run.actionDifference, "maximum, in robot units")
  let keys = try ActionStatistics.readAll(modelFolder: example.folder).sorted { $0.key < $1.key }
  let motions = try keys.map { name, statistics in
    LineChart.Curve(name, try statistics.robotAction(answer.normalized).values, showsPoints: true)
  }
  let (x, y) = (Axis("action dimension", 0...6), Axis("robot units", -1...1))
  let chart = LineChart("One answer, un-normalized with each key", x: x, y: y, motions)
  try lesson.chart(chart, as: "unnorm-keys.png")
  let times = try example.cacheTimes(generated, of: model, port)
  lesson.say(
    "\(generated) tokens with a key/value cache: each step reads one token, "
      + String(format: "%.1f ms; without, the whole text, %.1f ms. ", times.cached, times.uncached)
      + (times.areTokensEqual ? "The tokens are the same." : "OTHER tokens: a bug in the cache."))
  lesson.heading("Small mistakes do not crash")
  var unnoticed: [String] = []
  lesson.table(
    columns: ["mistake", "first stage that differs", "logits", "other tokens", "action"],
    rows: try mistakes.map { key, mistake, change in
      var changed = port
      change(&changed)
      let run = try example.run(changed)
      let first = run.stages.first { $0.largestDifference > tolerance }?.name ?? "all agree"
      let isHidden = run.largestDifference > tolerance && run.actionDifference <= tolerance
      unnoticed += isHidden ? [mistake] : []
      return [mistake, first, lesson.keep(key + "Difference", run.scoreDifference).value]
        + [run.otherTokens, lesson.keep(key + "ActionDifference", run.actionDifference).value]
    })
  lesson.say(
    "“logits” and “action” are maximum differences. All of these programs ran. "
      + (unnoticed.isEmpty
        ? "The action shows every mistake here; the first stage that differs tells where it is."
        : "The action alone does not reveal \(unnoticed.joined(separator: ", ")): compare stages."))

  lesson.finish(
    readNext: [
      "Sources/VLMs/Weights/WeightMap.swift", "Sources/VLMs/Networks/OpenVLA+Actions.swift",
    ],
    tryThis: [
      "index = 0: decode another value. What is the next larger value in bfloat16?",
      "epsilon = 1e-4, 1e-3, 1e-2: from which size of the mistake on does the action change?",
      "Exercise: add { $0.configuration.siglip.activation = .relu }. Solved if siglip.features differs.",
    ],
    theFieldCallsIt: "safetensors, bfloat16, KV cache, unnorm_key, greedy decoding, model porting")
}
