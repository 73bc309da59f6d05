import Files
import Foundation
import NanoVLA
import Tensors
import TestSupport
import Testing
import VLMs

/// LLaVA-NeXT asks in the form of its language model's conversations.
@Suite struct LLaVANeXTDialogTests {
  @Test(
    "the prompt is that of the published checkpoint with such a language model and such tokens",
    arguments: [
      ("mistral", [], "[INST] <image>\nWhat? [/INST]"),
      (
        "llama", [],
        "A chat between a curious human and an artificial intelligence assistant. The assistant gives "
          + "helpful, detailed, and polite answers to the human's questions. USER: <image>\nWhat? "
          + "ASSISTANT:"
      ),
      (
        "llama", ["<|im_start|>", "<|im_end|>"],
        "<|im_start|>system\nAnswer the questions.<|im_end|><|im_start|>user\n<image>\nWhat?<|im_end|>"
          + "<|im_start|>assistant\n"
      ),
      (
        "llama", ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        "<|start_header_id|>system<|end_header_id|>\n\nYou are a helpful language and vision assistant. "
          + "You are able to understand the visual content that the user provides, and assist the user "
          + "with a variety of tasks using natural language.<|eot_id|><|start_header_id|>user"
          + "<|end_header_id|>\n\n<image>\nWhat?<|eot_id|><|start_header_id|>assistant"
          + "<|end_header_id|>\n\n"
      ),
      (
        "qwen2", ["<|im_start|>", "<|im_end|>"],
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<image>\nWhat?"
          + "<|im_end|>\n<|im_start|>assistant\n"
      ),
    ])
  func prompts(model: String, tokens: [String], text: String) throws {
    let folder = try EditedFolder("llava_next")
    try folder.set("text_config.model_type", model)
    try folder.set("text_config.max_position_embeddings", 2048)
    if model == "qwen2" {
      try folder.setWeights { weights in
        for layer in 0..<2 {
          for (name, width) in [("q", 32), ("k", 16), ("v", 16)] {
            let key = "language_model.model.layers.\(layer).self_attn.\(name)_proj.bias"
            weights[key] = ([width], Array(repeating: 0.1, count: width))
          }
        }
      }
    }
    let file = try JSONSerialization.jsonObject(
      with: Data(contentsOf: folder.file("tokenizer.json")))
    let known = try #require((file as? [String: Any])?["added_tokens"] as? [[String: Any]])
    let first = try #require(known.compactMap { $0["id"] as? Int }.max()) + 1
    let added = tokens.enumerated().map { index, token -> [String: Any] in
      [
        "id": first + index, "content": token, "special": true, "single_word": false,
        "lstrip": false, "rstrip": false, "normalized": false,
      ]
    }
    try folder.set("added_tokens", known + added, in: "tokenizer.json")

    let vlm = try VLM.read(folder.url)
    let network = try #require(vlm.network as? LLaVANeXT)
    let image = try vlm.preprocessor.prepare(folder.image())
    let placeholders = String(
      repeating: "<image>", count: network.configuration.tokenCount(of: image))
    let ids = try vlm.tokenizer.encode(text.replacing("<image>", with: placeholders))
    let expected = try withoutGradient { try network.prompt(ids, image: image) }
    let found = try withoutGradient { try vlm.prompt(folder.image(), "What?") }
    #expect(found.values == expected.values)
  }
}
