// Lesson 11 · Real checkpoints
// About 1 s on 2 cores.
//
// A published model is a folder: sizes in config.json, numbers in safetensors files, a tokenizer, a
// recipe for pictures. This lesson walks through one, from its first bytes to a robot's action, and
// at each stage lays the numbers beside those that `transformers` computed from the same folder.
//
// The aha: nothing is hidden. 8 bytes say how long a header is, the header says where each tensor
// lies, 16 bits are a number, and a few hundred lines of Swift get from there to the same action as
// PyTorch. And its sting: a small mistake on the way never crashes. It just makes a worse robot.
//
// The folder is laid out as openvla-7b is, in every name and format, but is tiny and has random
// weights. Its action means nothing; that it is the SAME action is what counts.

import Blackboard
import Foundation
import NanoVLA
import Tensors

// Knobs: change one, run again.
let key = "language_model.model.embed_tokens.weight"  // the tensor whose bytes are read by hand
let index = 5  // the number in it that is taken apart
let shown = [  // parameters of ours, to be found under their published names
  "language.embedding.weight", "language.blocks.0.attention.query.weight",
  "language.blocks.1.feedForward.gate.weight", "geometry.blocks.2.attention.key.bias",
  "geometry.blocks.0.layerScale1", "meaning.patchEmbedding.projection.weight",
]
let wrongEpsilon: Float = 1e-5  // what other Llamas divide by, in place of 1e-6

Lesson.run(11, "Real checkpoints", file: #filePath) { lesson in
  let example = try PublishedExample.bundled()
  let checkpoint = try SafetensorsFolder(url: example.folder)

  lesson.heading("From bytes to a number")
  let file = try checkpoint.file(of: key).url
  let bytes = [UInt8](try Data(contentsOf: file))
  func hex(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { String(format: "%02x", $0) }.joined(separator: " ")
  }
  let length = bytes[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }  // little-endian
  lesson.say(
    "\(file.lastPathComponent) is \(bytes.count) bytes and begins with \(hex(bytes[0..<8])).")
  lesson.result("headerBytes", Double(length), "those 8 bytes: the length of the header")
  let header = try JSONFile.parse(Data(bytes[8..<8 + length]), name: file.lastPathComponent)
  let offsets = try header[key]["data_offsets"].array(count: 2...2).map {
    try $0.int(0...bytes.count)
  }
  let type = try header[key]["dtype"].string()
  let shape = try checkpoint.shape(of: key)
  lesson.say("It lists \(try header.object().count) names. \(key): \(type), \(shape), \(offsets).")
  let place = 8 + length + offsets[0] + 2 * index
  let bits = UInt16(bytes[place + 1]) << 8 | UInt16(bytes[place])
  let (sign, exponent, fraction) = (bits >> 15, Int(bits >> 7 & 0xFF), Int(bits & 0x7F))
  let value = (sign == 1 ? -1 : 1) * exp2(Double(exponent - 127)) * (1 + Double(fraction) / 128)
  func binary(_ number: Int, _ digits: Int) -> String {
    let text = String(number, radix: 2)
    return String(repeating: "0", count: digits - text.count) + text
  }
  lesson.say(
    "Number \(index) is at byte 8 + \(length) + \(offsets[0]) + 2·\(index) = \(place): "
      + "\(hex(bytes[place..<place + 2])), as bits \(sign) \(binary(exponent, 8)) "
      + "\(binary(fraction, 7)): sign, exponent, fraction.\n\n"
      + "  (−1)^\(sign) · 2^(\(exponent) − 127) · (1 + \(fraction)/128)")
  lesson.result("byHand", value, "by hand")
  lesson.result("byLibrary", try checkpoint.values(of: key)[index], "as SafetensorsFile reads it")

  lesson.heading("From names to a network")
  let config = try JSONFile.read(example.folder.appending(path: "config.json"))
  let configuration = try OpenVLAConfiguration(config)
  func makeModel(_ configuration: OpenVLAConfiguration) throws -> OpenVLA {
    var random = SeededRandom(seed: 0)
    let model = OpenVLA(configuration, using: &random)
    try model.load(checkpoint, with: OpenVLA.weights)
    return model
  }
  let model = try makeModel(configuration)
  let ours = Dictionary(uniqueKeysWithValues: model.namedParameters.map { ($0.name, $0.parameter) })
  lesson.table(
    columns: ["ours", "shape", "theirs", "shape"],
    rows: try shown.map { name in
      let theirs = OpenVLA.weights.published(name).first { checkpoint.contains($0) } ?? ""
      return [name, "\(ours[name]?.shape ?? [])", theirs, "\(try checkpoint.shape(of: theirs))"]
    })
  lesson.say("One published qkv is three of our layers; a convolution is our layer on patches.")
  lesson.result("parameters", Double(model.parameterCount), "numbers in the network")

  lesson.heading("From picture and words to an action")
  let tokenizer = try TextTokenizer(contentsOf: example.folder)
  let preprocessor = try ImagePreprocessor.read(folder: example.folder)
  let statistics = try ActionStatistics.read(modelFolder: example.folder, key: example.dataset)
  let ids = try OpenVLA.promptIDs(for: example.instruction, tokenizer)
  lesson.say("“\(example.instruction)” is asked as \(ids.count) tokens:")
  lesson.say(ids.map { tokenizer.token(of: $0) ?? "?" }.joined(separator: " "))

  /// All that is computed on the way, by the reference's names.
  func stages(
    _ model: OpenVLA, _ preprocessor: ImagePreprocessor, _ ids: [Int]
  ) throws -> (tensors: KeyValuePairs<String, Tensor>, answer: OpenVLA.Answer) {
    try withoutGradient {
      let pixels = try preprocessor([example.image])
      let prompt = try model.prompt([ids], images: pixels)
      var said: [Tensor] = []
      _ = Generation(model.language)(after: prompt, count: statistics.count) { step in
        said.append(step.logits.reshaped([1, -1]))  // [V] → [1, V]
        return true
      }
      return (
        [
          "pixel_values": pixels.permuted([0, 3, 1, 2]),  // [1, H, W, 6] → [1, 6, H, W]
          "dino.features": model.geometry.features(pixels.sliced(axis: 3, 0..<3)),
          "siglip.features": model.meaning.features(pixels.sliced(axis: 3, 3..<6)),
          "projector": model.see(pixels), "merged_inputs_embeds": prompt,
          "lm.final_norm": model.language(prompt),
          "generate.logits": Tensor.concatenated(said, axis: 0),  // A × [1, V] → [A, V]
        ], try model.answer(for: pixels, promptIDs: ids, statistics: statistics)
      )
    }
  }
  func difference(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { abs($0 - $1) }.max() ?? 0
  }
  let (tensors, answer) = try lesson.trace(
    "from pixels to action words", skipping: TransformerBlock.insides
  ) { try stages(model, preprocessor, ids) }
  var rows = [
    [
      "tokens of the prompt", "[\(ids.count)]", "\(ids[1])", "\(example.promptIDs[1])",
      "\(zip(ids, example.promptIDs).count { $0 != $1 }) differ",
    ]
  ]
  var largest = 0.0
  for (name, tensor) in tensors {
    let (mine, wanted) = (tensor.values.map(Double.init), try example.tensor(name))
    let theirs = wanted.values.map(Double.init)
    guard tensor.shape == wanted.shape else {
      fatalError("\(name): \(tensor.shape), \(wanted.shape)")
    }
    largest = max(largest, difference(mine, theirs))
    rows.append(
      [name, "\(tensor.shape)"] + [mine[0], theirs[0]].map { String(format: "%+.6f", $0) }
        + [Terminal.number(difference(mine, theirs))])
  }
  lesson.table(
    columns: ["stage", "shape", "ours", "reference", "largest difference"], rows: rows)
  lesson.result(
    "largestDifference", largest, "in any number of any stage; reference: \(example.source)")

  lesson.say("The likeliest words, one for each number of the action:")
  let action = answer.action.values.map(Double.init)
  lesson.table(
    columns: ["token", "reference", "bin", "normalised", "robot units", "reference"],
    rows: answer.tokens.indices.map { a in
      ["\(answer.tokens[a])", "\(example.tokens[a])", "\(example.bins[a])"]
        + [Double(answer.normalized.values[a]), action[a], example.action[a]]
        .map { String(format: "%+.4f", $0) }
    })
  lesson.result("actionDifference", difference(action, example.action), "largest, in robot units")

  lesson.heading("Small mistakes do not crash")
  var (epsilon, gelu, bilinear, swapped) = (
    configuration, configuration, preprocessor, preprocessor
  )
  epsilon.language.epsilon = wrongEpsilon
  (gelu.geometry.activation, gelu.meaning.activation) = (.geluTanh, .geluTanh)
  bilinear.filter = .bilinear
  swapped.normalizations.reverse()
  let mistakes: [(String, String, OpenVLA, ImagePreprocessor, [Int])] = [
    ("none", "no", model, preprocessor, ids),
    ("RMS epsilon \(wrongEpsilon)", "wrongEpsilon", try makeModel(epsilon), preprocessor, ids),
    ("tanh GELU in the towers", "wrongGELU", try makeModel(gelu), preprocessor, ids),
    ("bilinear resizing", "wrongResizing", model, bilinear, ids),
    ("towers' colours swapped", "wrongColours", model, swapped, ids),
    ("no “▁” at the end", "wrongPrompt", model, preprocessor, ids.dropLast()),
  ]
  let right = try example.tensor("generate.logits").values.prefix(configuration.language.vocabulary)
  rows = try mistakes.map { title, name, model, preprocessor, ids in
    let (tensors, answer) = try stages(model, preprocessor, ids)
    let logits = tensors.first { $0.key == "generate.logits" }?.value.values ?? []
    let scores = difference(logits.map(Double.init), right.map(Double.init))  // of the first word
    let moved = difference(answer.action.values.map(Double.init), example.action)
    lesson.keep(name + "Difference", scores)
    lesson.keep(name + "ActionDifference", moved)
    let words = zip(answer.tokens, example.tokens).count { $0 != $1 }
    return [
      title, Terminal.number(scores), "\(words) of \(example.tokens.count)", Terminal.number(moved),
    ]
  }
  lesson.table(columns: ["mistake", "scores", "other words", "action"], rows: rows)
  lesson.say(
    "“scores” is how far those of the first word are off, “action” how far the arm's. Each of these "
      + "programs runs, prints an action, and looks right. Only numbers beside numbers tell.")

  lesson.finish(
    readNext: [
      "Sources/Tensors/Safetensors.swift", "Sources/NanoVLA/Backbones/WeightMap.swift",
      "Sources/NanoVLA/Backbones/OpenVLA.swift", "Sources/NanoVLA/Backbones/OpenVLA+Actions.swift",
    ],
    tryThis: [
      "index = 0: take another number apart. What would its neighbour in bfloat16 be?",
      "wrongEpsilon = 1e-2: at which size of the mistake does the first word change?",
      "Exercise: read the statistics of fractal20220817_data instead. Same words: which action?",
    ])
}
