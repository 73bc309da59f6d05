// Lesson 11 · Real checkpoints
// About 1 s on 2 cores.

import Blackboard
import Files
import Foundation
import NanoVLA
import VLMs

let idea = """
  A published model is a folder: sizes in config.json, numbers in safetensors files, a tokenizer, a
  recipe for pictures. This lesson walks through one, from its first bytes to a robot's action, and
  at each stage lays the numbers beside those that `transformers` computed from the same folder. It
  is laid out as openvla-7b is, but tiny, with random weights: its action means nothing, only that it
  is the SAME action.

  The aha: nothing is hidden. 8 bytes say how long a header is, the header says where each tensor
  lies, 16 bits are a number, and a few hundred lines of Swift get from there to the same action as
  PyTorch. And its sting: a small mistake on the way never crashes. It just makes a worse robot.
  """

// Knobs: change one, run again.
let key = "language_model.model.embed_tokens.weight"  // the tensor whose bytes are read by hand
let index = 5  // the number in it that is taken apart
let shown = [  // parameters of ours, to be found under their published names
  "language.blocks.0.attention.query.weight", "geometry.blocks.2.attention.key.bias",
  "meaning.patchEmbedding.projection.weight",
]
let mistakes: KeyValuePairs<String, (inout PublishedExample.Port) -> Void> = [
  "no": { _ in },
  "wrongEpsilon": { $0.configuration.language.epsilon = 1e-5 },  // not 1e-6
  "wrongGELU": { $0.configuration.geometry.activation = .geluTanh },
  "wrongResizing": { $0.preprocessor.filter = .bilinear },
  "wrongColours": { $0.preprocessor.normalizations.reverse() },  // each tower gets the other's
  "wrongPrompt": { $0.promptIDs.removeLast() },  // the “▁” that nobody can see
]

Lesson.run(11, "Real checkpoints", idea: idea) { lesson in
  let example = try PublishedExample.bundled()
  let checkpoint = try SafetensorsFolder(url: example.folder)

  lesson.heading("From bytes to a number")
  let file = try checkpoint.file(of: key).url
  let bytes = [UInt8](try Data(contentsOf: file))
  let length = bytes[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }  // the lowest byte is first
  lesson.result("headerBytes", Double(length), "the header's length, in the bytes \(bytes[0..<8])")
  let header = try JSONFile.parse(Data(bytes[8..<8 + length]), name: file.lastPathComponent)
  let start = try header[key]["data_offsets"].array(count: 2...2)[0].int(0...bytes.count)
  let place = 8 + length + start + 2 * index
  let bits = Int(bytes[place + 1]) << 8 | Int(bytes[place])
  let (sign, exponent, fraction) = (bits >> 15, bits >> 7 & 0xFF, bits & 0x7F)
  lesson.say(
    "It lists \(try header.object().count) names. \(key): \(try header[key]["dtype"].string()), "
      + "\(try checkpoint.shape(of: key)). Number \(index) is at byte 8 + \(length) + \(start) + "
      + "2·\(index) = \(place): 1 bit of sign, 8 of exponent, 7 of fraction.\n\n"
      + "  (−1)^\(sign) · 2^(\(exponent) − 127) · (1 + \(fraction)/128)")
  let value = exp2(Double(exponent - 127)) * (1 + Double(fraction) / 128)
  lesson.result("byHand", sign == 1 ? -value : value, "by hand")
  lesson.result("byLibrary", try checkpoint.values(of: key)[index], "as SafetensorsFile reads it")

  lesson.heading("From names to a network")
  let port = try example.port()
  let model = try example.makeModel(port.configuration)
  lesson.table(
    columns: ["ours", "shape", "theirs", "shape"],
    rows: try model.namedParameters.filter { shown.contains($0.name) }.map { name, ours in
      let theirs = OpenVLA.weights.published(name).first { checkpoint.contains($0) } ?? ""
      return [name, ours.shape, theirs, try checkpoint.shape(of: theirs)]
    })
  lesson.say("One published qkv is three of our layers; a convolution is our layer on patches.")

  lesson.heading("From picture and words to an action")
  let tokenizer = try TextTokenizer(contentsOf: example.folder)
  let words = port.promptIDs.map { tokenizer.token(of: $0) ?? "?" }.joined(separator: " ")
  lesson.say("“\(example.instruction)” is asked as \(port.promptIDs.count) tokens: \(words)")
  let answer = try lesson.trace("from pixels to action words", skipping: TransformerBlock.insides) {
    try example.answer(model, port)
  }
  let run = try example.run(port)
  lesson.table(
    columns: ["stage", "shape", "ours", "reference", "largest difference"],
    rows: run.stages.map { stage in
      let (ours, theirs) = (stage.ours.values[0], stage.reference.values[0])  // the first of many
      return [stage.name, stage.ours.shape, ours, theirs, stage.largestDifference]
    })
  lesson.result("largestDifference", run.largestDifference, "anywhere; from \(example.source)")
  lesson.table(
    columns: ["likeliest word", "reference", "robot units", "reference"],
    rows: answer.tokens.indices.map { a in
      [answer.tokens[a], example.tokens[a], answer.action.values[a], example.action[a]]
    })
  lesson.result("actionDifference", run.actionDifference, "largest, in robot units")

  lesson.heading("Small mistakes do not crash")
  lesson.table(
    columns: ["mistake", "scores", "other words", "action"],
    rows: try mistakes.map { name, spoil in
      var spoilt = port
      spoil(&spoilt)
      let run = try example.run(spoilt)
      lesson.keep(name + "Difference", run.scoreDifference)
      lesson.keep(name + "ActionDifference", run.actionDifference)
      return [name, run.scoreDifference, run.otherWords, run.actionDifference]
    })
  lesson.say(
    "“scores” is how far those of the first word are off, “action” how far the arm. Each of these "
      + "programs runs, prints an action, and looks right. Only numbers beside numbers tell.")

  lesson.finish(
    readNext: [
      "Sources/Tensors/Safetensors.swift", "Sources/NanoVLA/Backbones/OpenVLA.swift",
      "Sources/NanoVLA/Backbones/OpenVLA+Actions.swift",
    ],
    tryThis: [
      "index = 0: take another number apart. What would its neighbour in bfloat16 be?",
      "epsilon = 1e-2: at which size of the mistake does the first word change?",
      "Exercise: add a mistake of your own. Which stage is the first to show it?",
    ])
}
