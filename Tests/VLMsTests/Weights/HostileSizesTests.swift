import Files
import Foundation
import Tabletop
import Testing
import VLMs

/// Sizes that a small file can state and that no memory holds.
@Suite struct HostileSizesTests {
  private func refusal(_ text: String, _ read: (JSONValue) throws -> Void) throws -> String {
    let json = try JSONFile.parse(Data(text.utf8), name: "config.json")
    let error = #expect(throws: JSONFileError.self) { try read(json) }
    return error.map { "\($0)" } ?? "no error"
  }

  @Test(
    "an image of too many patches is refused with its key and the limit",
    arguments: [
      (#"{"image_size": 4096, "patch_size": 1}"#, "12×16777217×16777217"),
      (#"{"image_size": 1792, "num_attention_heads": 1, "patch_size": 14}"#, "1×16385×16385"),
      // Few enough for one head of the tower, not for the language model's 32.
      (#"{"image_size": 1778, "num_attention_heads": 1, "patch_size": 14}"#, "32×16129×16129"),
      (
        #"""
        {"image_size": 1778, "num_attention_heads": 1, "patch_size": 14,
         "intermediate_size": 1000000}
        """#, "16130×1000000"
      ),
    ])
  func patches(vision: String, product: String) throws {
    let line = try refusal("{\"vision_config\": \(vision)}") { _ = try LLaVAConfiguration($0) }
    let size = vision.contains("4096") ? 4096 : vision.contains("1792") ? 1792 : 1778
    #expect(
      line.hasPrefix("config.json: vision_config.image_size is \(size), but must be so small"))
    #expect(line.contains(product))
    #expect(line.hasSuffix("has at most 268435456; correct it"))
  }

  @Test("too many queries are refused")
  func queries() throws {
    let text = #"{"num_query_tokens": 65536, "text_config": {"model_type": "opt"}}"#
    let line = try refusal(text) { _ = try BLIP2Configuration($0) }
    #expect(line.hasPrefix("config.json: num_query_tokens is 65536, but must be so small that"))
    #expect(line.contains("12×65536×65536"))
  }

  @Test("the same limit applies to OpenVLA's towers")
  func towers() throws {
    let tower = #"{"patch_size": 1, "no_embed_class": true, "num_heads": 12}"#
    let line = try refusal(
      """
      {"use_fused_vision_backbone": true, "image_sizes": [4096, 4096],
       "timm_model_ids": ["a", "b"], "_fixture_timm_model_args": [\(tower), \(tower)]}
      """
    ) { _ = try OpenVLAConfiguration($0) }
    #expect(line.hasPrefix("config.json: image_sizes[0] is 4096, but must be so small that"))
  }

  @Test("4,096 patches and a text of 131,072 tokens are read")
  func large() throws {
    let vision = #"{"image_size": 896, "patch_size": 14, "num_attention_heads": 12}"#
    let heads = #"{"num_attention_heads": 16, "max_position_embeddings": 131072}"#
    let text = "{\"vision_config\": \(vision), \"text_config\": \(heads)}"
    let json = try JSONFile.parse(Data(text.utf8), name: "config.json")
    let configuration = try LLaVAConfiguration(json)
    #expect(configuration.vision.patchCount == 4096)
  }
}
