import Files
import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// What Llama, Mistral, Qwen2 and Gemma do otherwise than each other, and where config.json says it.
@Suite struct RotaryDecoderTests {
  private func read(_ text: String) throws -> RotaryDecoderConfiguration {
    try RotaryDecoderConfiguration(JSONFile.parse(Data(text.utf8), name: "config.json"))
  }

  private func refusal(_ text: String) -> String {
    let error = #expect(throws: JSONFileError.self) { _ = try read(text) }
    let line = error.map { "\($0)" } ?? ""
    #expect(!line.contains("\n"))
    return line
  }

  @Test(
    "with a sliding window no token hears of one further back, with a cache or without",
    arguments: [1, 2, 3, 9])
  func window(window: Int) {
    var random = SeededRandom(seed: 4)
    let attention = GroupedQueryAttention(
      width: 8, heads: 4, keyValueHeads: 2, rotary: RotaryPosition(headWidth: 2), window: window,
      using: &random)
    unsettle(attention)
    let x = uniform(1, 7, 8)
    let causal = AttentionMask.causal(count: 7)
    let weights = attention(x, mask: causal).weights  // [1, 4, 7, 7]
    for h in 0..<4 {
      for (t, c, _) in places(7, 7, 1) {
        let isSeen = c <= t && t - c < window
        #expect((weights[0, h, t, c] > 0) == isSeen, "\(t) attends to \(c)")
      }
    }
    let cache = KeyValueCache(depth: 1)
    var parts: [Tensor] = []
    for range in [0..<4, 4..<5, 5..<7] {
      let mask = AttentionMask.causal(count: range.count, past: range.lowerBound)
      parts.append(
        attention(x.sliced(axis: 1, range), mask: mask, cache: cache.layers[0]).output)
    }
    let joined = Tensor.concatenated(parts, axis: 1)
    #expect(maximumDifference(joined.values, attention(x, mask: causal).output.values) < 1e-6)
  }

  @Test("missing keys have the defaults of each kind of text model") func defaults() throws {
    let mistral = try read(#"{"model_type": "mistral"}"#)
    #expect(mistral.windows == Array(repeating: 4096, count: 32))
    let sizes1 = [mistral.keyValueHeads, mistral.hidden, mistral.maximumTokens]
    #expect(sizes1 == [8, 14_336, 131_072])
    let qwen2 = try read(#"{"model_type": "qwen2"}"#)
    #expect(qwen2.inputBias && !qwen2.outputBias && qwen2.windows == [])
    let sizes2 = [qwen2.vocabulary, qwen2.keyValueHeads, qwen2.maximumTokens]
    #expect(sizes2 == [151_936, 32, 32_768])
    let gemma = try read(#"{"model_type": "gemma"}"#)
    #expect(gemma.isTied && gemma.scalesEmbeddings && gemma.normOffset == 1)
    let sizes3 = [gemma.vocabulary, gemma.width, gemma.headWidth]
    #expect(sizes3 == [256_000, 3072, 256])
    #expect(gemma.activation == .geluTanh)
    let llama = try read(#"{"model_type": "llama"}"#)
    #expect(try llama == read("{}"))
    #expect(!llama.isTied && !llama.scalesEmbeddings && llama.normOffset == 0)
  }

  @Test(
    "a null switches off what a missing key leaves on, and types name the blocks with a window",
    arguments: [
      (#""model_type": "mistral", "sliding_window": null"#, []),
      (#""model_type": "mistral", "sliding_window": 7"#, [7, 7, 7]),
      (#""model_type": "qwen2", "sliding_window": 7, "use_sliding_window": false"#, []),
      (#""model_type": "qwen2", "sliding_window": null, "use_sliding_window": true"#, []),
      (
        #""model_type": "qwen2", "sliding_window": 7, "use_sliding_window": true"#, [nil, nil, nil]
      ),
      (
        #"""
        "model_type": "qwen2", "sliding_window": 7, "use_sliding_window": true,
        "max_window_layers": 1
        """#, [nil, 7, 7]
      ),
      (
        #"""
        "model_type": "qwen2", "sliding_window": 7, "use_sliding_window": true,
        "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]
        """#, [7, nil, 7]
      ),
      (
        #""layer_types": ["full_attention", "full_attention", "full_attention"]"#, []
      ),
    ] as [(String, [Int?])])
  func windows(text: String, expected: [Int?]) throws {
    #expect(try read("{\"num_hidden_layers\": 3, \(text)}").windows == expected)
  }

  @Test(
    "what a text model of this kind does not compute is refused by name",
    arguments: [
      (#"{"model_type": "gemma2"}"#, "supported: gemma, llama, mistral, qwen2"),
      (#"{"model_type": "qwen2", "attention_bias": true}"#, "attention_bias"),
      (#"{"model_type": "llama", "use_sliding_window": true}"#, "use_sliding_window"),
      (#"{"model_type": "mistral", "sliding_window": 0}"#, "sliding_window is 0"),
      (#"{"model_type": "gemma", "use_bidirectional_attention": true}"#, "bidirectional"),
      (#"{"model_type": "gemma", "hidden_activation": "relu"}"#, "hidden_activation is \"relu\""),
      (
        #"""
        {"model_type": "qwen2", "num_hidden_layers": 2,
         "layer_types": ["full_attention", "sliding_attention"]}
        """#, "layer_types[1]"
      ),
      (
        #"{"num_hidden_layers": 3, "layer_types": ["full_attention"]}"#,
        "layer_types is an array of 1"
      ),
      (#"{"rope_scaling": {"type": "yarn", "factor": 2}}"#, "supported: default, linear, llama3"),
      (#"{"rope_scaling": {"type": "linear"}}"#, "rope_scaling.factor"),
      (#"{"rope_scaling": {"type": "linear", "factor": 0}}"#, "rope_scaling.factor is 0"),
      (
        #"{"rope_parameters": {"rope_type": "linear", "factor": 2, "partial_rotary_factor": 0.5}}"#,
        "partial_rotary_factor"
      ),
      (
        #"""
        {"rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4,
         "high_freq_factor": 4}}
        """#, "high_freq_factor"
      ),
      (
        #"""
        {"rope_scaling": {"type": "linear", "factor": 2},
         "rope_parameters": {"rope_type": "linear", "factor": 4}}
        """#, "rope_scaling.factor"
      ),
    ])
  func refused(text: String, part: String) {
    let line = refusal(text)
    #expect(line.contains(part), "\(line)")
  }

  @Test("rope scaling is read in the spellings of transformers 4 and 5") func scaling() throws {
    let llama3 = RotaryScaling.llama3(factor: 8, low: 1, high: 4, trained: 8192)
    let settings = """
      "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
      "original_max_position_embeddings": 8192
      """
    for text in [
      "{\"rope_scaling\": {\"rope_type\": \"llama3\", \"type\": \"llama3\", \(settings)}}",
      "{\"rope_parameters\": {\"rope_type\": \"llama3\", \"rope_theta\": 500000.0, \(settings)}}",
    ] { #expect(try read(text).rotaryScaling == llama3) }
    let linear = try read(#"{"rope_scaling": {"type": "linear", "factor": 2.5}}"#)
    #expect(linear.rotaryScaling == .linear(factor: 2.5))
  }

  @Test("Llama 3 keeps fast planes, slows slow ones down, and interpolates between them")
  func frequencies() {
    // transformers 5.23, _compute_llama3_parameters: head width 16, θ 500,000, factor 8, 1 and 4
    // turns over 8192 positions.
    let scaling = RotaryScaling.llama3(factor: 8, low: 1, high: 4, trained: 8192)
    let found = RotaryPosition(headWidth: 16, theta: 500_000, scaling: scaling).frequencies
    let expected: [Float] = [
      1, 0.1939228, 0.03760603, 0.007292665,
      0.000524846, 3.428102e-05, 6.64787e-06, 1.289173e-06,
    ]
    for (a, b) in zip(found, expected) { #expect(abs(a / b - 1) < 1e-5) }
    let plain = RotaryPosition(headWidth: 16, theta: 500_000)
    let linear = RotaryPosition(headWidth: 16, theta: 500_000, scaling: .linear(factor: 4))
    for (a, b) in zip(linear.frequencies, plain.frequencies) { #expect(a == b / 4) }
  }

  @Test("Gemma's stored gains and embeddings give a Llama's numbers, shifted and scaled")
  func gemma() {
    var configuration = RotaryDecoderConfiguration()
    var random = SeededRandom(seed: 8)
    let llama = RotaryDecoder(configuration, using: &random)
    unsettle(llama)
    (configuration.normOffset, configuration.scalesEmbeddings) = (1, true)
    let gemma = RotaryDecoder(configuration, using: &random)
    for (mine, theirs) in zip(gemma.namedParameters, llama.namedParameters) {
      let isNorm = mine.name.contains("norm")
      mine.parameter.values = theirs.parameter.values.map { isNorm ? $0 - 1 : $0 }
    }
    let (ids, scale) = ([[3, 1, 4, 1, 5]], Float(4))  // √16
    #expect(gemma.embed(ids).values == llama.embed(ids).values.map { $0 * scale })
    let x = uniform(1, 5, 16)
    #expect(maximumDifference(gemma(x).values, llama(x).values) < 1e-5)
  }
}
