import Files
import Foundation
import Tabletop
import Testing
import VLMs

@Suite struct ConfigurationTests {
  private func parse(_ text: String) throws -> JSONValue {
    try JSONFile.parse(Data(text.utf8), name: "config.json")
  }

  @Test("missing keys of config.json have transformers' defaults")
  func defaults() throws {
    let llama = try RotaryDecoderConfiguration(parse("{}"))
    let sizes1 = [llama.vocabulary, llama.width, llama.depth]
    #expect(sizes1 == [32_000, 4096, 32])
    let sizes2 = [llama.keyValueHeads, llama.headWidth, llama.hidden]
    #expect(sizes2 == [32, 128, 11_008])
    #expect(llama.epsilon == 1e-6)
    #expect(llama.theta == 10_000)
    let llava = try LLaVAConfiguration(parse("{}"))
    #expect(llava.vision.patchCount == 576)
    let sizes3 = [llava.featureBlocks[0], llava.imageToken, llava.imageTokenCount]
    #expect(sizes3 == [-2, 32_000, 576])
    let gpt2 = try GPT2Configuration(parse("{}"))
    let sizes4 = [gpt2.width, gpt2.hidden, gpt2.maximumTokens]
    #expect(sizes4 == [768, 3072, 1024])
    let clip = try CLIPConfiguration(parse("{}"))
    let sizes5 = [clip.vision.patchCount, clip.text.maximumTokens, clip.projection]
    #expect(sizes5 == [49, 77, 512])
  }

  @Test(
    "both spellings of rotary positions are read",
    arguments: [
      #"{"rope_theta": 5000}"#, #"{"rope_theta": 5000, "rope_scaling": null}"#,
      #"{"rope_parameters": {"rope_type": "default", "rope_theta": 5000.0}}"#,
    ])
  func rope(text: String) throws {
    #expect(try RotaryDecoderConfiguration(parse(text)).theta == 5000)
  }

  @Test("the feature layer can be counted from either end, and can keep the class token")
  func featureLayer() throws {
    let vision = #""vision_config": {"num_hidden_layers": 3}"#
    let positive = try LLaVAConfiguration(parse("{\(vision), \"vision_feature_layer\": 2}"))
    #expect(positive.featureBlocks == [-2])
    let full = try LLaVAConfiguration(
      parse("{\(vision), \"vision_feature_select_strategy\": \"full\"}"))
    #expect(!full.skipsFirstToken)
    #expect(full.imageTokenCount == 50)
  }

  @Test(
    "sizes that no model can have are refused with their key, in one line",
    arguments: [
      (#"{"text_config": {"hidden_size": 0}}"#, "text_config.hidden_size"),
      (#"{"text_config": {"num_key_value_heads": 5}}"#, "text_config.num_key_value_heads"),
      (#"{"text_config": {"num_attention_heads": 3}}"#, "text_config.num_attention_heads"),
      (#"{"text_config": {"head_dim": 7}}"#, "text_config.head_dim"),
      (#"{"text_config": {"hidden_act": "mish"}}"#, "text_config.hidden_act"),
      (#"{"text_config": {"rope_scaling": {"type": "dynamic"}}}"#, "rope_scaling.type"),
      (#"{"vision_config": {"patch_size": 400}}"#, "vision_config.patch_size"),
      (#"{"vision_config": {"num_attention_heads": 7}}"#, "vision_config.num_attention_heads"),
      (#"{"vision_feature_layer": [-2, -99]}"#, "vision_feature_layer"),
      (#"{"vision_feature_layer": -99}"#, "vision_feature_layer"),
      (#"{"vision_feature_select_strategy": "some"}"#, "vision_feature_select_strategy"),
      (#"{"image_token_index": -1}"#, "image_token_index"),
    ])
  func refused(text: String, key: String) throws {
    let json = try parse(text)
    let error = #expect(throws: JSONFileError.self) { _ = try LLaVAConfiguration(json) }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.contains(key) && !line.contains("\n"), "\(line)")
  }
}
