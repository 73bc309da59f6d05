import Files
import Foundation
import NanoVLA
import Tensors
import TestSupport
import Testing
import VLMs

/// What one file of a folder says about another is compared before it is used.
@Suite("Files that disagree") struct DisagreeingFilesTests {
  @Test("a placeholder of another id than the tokenizer's is refused with both files' numbers")
  func imageToken() throws {
    for family in ["llava15", "blip2_opt", "instructblip_vicuna"] {
      let folder = try EditedFolder(family)
      let before = try VLM.read(folder.url)
      let id = try #require(before.network.imageToken)
      try folder.set("image_token_index", 64_000)
      let line = folder.refusal()
      for part in ["image_token_index", "64000", "tokenizer.json", "\(id)"] {
        #expect(line.contains(part), "\(line)")
      }
    }
  }

  @Test(
    "a question may not contain the placeholder",
    arguments: ["llava15", "blip2_opt", "instructblip_vicuna"])
  func placeholder(family: String) throws {
    let folder = try EditedFolder(family)
    let line = folder.refusal(asking: "What does <image> mean?")
    #expect(line.hasPrefix("the question contains \"<image>\""))
  }

  @Test(
    "a token beyond the table of embeddings is refused at once, in each tokenizer of a folder",
    arguments: [
      ("llava15", "tokenizer.json"), ("openvla", "tokenizer.json"), ("blip2_opt", "tokenizer.json"),
      ("instructblip_vicuna", "tokenizer.json"),
      ("instructblip_vicuna", "qformer_tokenizer/tokenizer.json"),
    ])
  func tokenIDs(family: String, tokenizer: String) throws {
    let folder = try EditedFolder(family)
    _ = try VLM.read(folder.url)
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.file(tokenizer)))
    let tokens = (json as? [String: Any])?["added_tokens"] as? [[String: Any]] ?? []
    let vocabulary = try TextTokenizer(contentsOf: folder.file(tokenizer)).vocabularySize
    let more = (vocabulary..<vocabulary + 300).map {
      ["id": $0, "content": "<far \($0)>", "special": true] as [String: Any]
    }
    try folder.set("added_tokens", tokens + more, in: tokenizer)
    #expect(folder.refusal().hasPrefix("\(tokenizer) gives the token \"<far "))
    #expect(folder.refusal().contains("the id"))
  }

  @Test("an answer that ends because the context is full says so; a shorter one does not")
  func fullContext() throws {
    let folder = try EditedFolder("llava15")
    let question = "What is this?"
    let length = try withoutGradient {
      try VLM.read(folder.url).prompt(folder.image(), question).dim(1)
    }
    try folder.set("eos_token_id", 446, in: "generation_config.json")  // which it never says here
    for (context, tokens, isFull) in [
      (length + 3, 4, false), (length + 3, 5, true), (length + 3, 64, true), (length, 1, false),
      (length, 2, true),
    ] {
      try folder.set("text_config.max_position_embeddings", context)
      var full: Int?
      _ = try VLM.read(folder.url).answer(
        folder.image(), question, tokens: tokens, whenFull: { full = $0 })
      #expect(full == (isFull ? context : nil), "\(context), \(tokens)")
    }
  }

  @Test("image preprocessing for another number of towers is refused")
  func channels() throws {
    let (one, two) = (try EditedFolder("llava15"), try EditedFolder("openvla"))
    let name = "preprocessor_config.json"
    let (first, second) = (
      try Data(contentsOf: one.file(name)), try Data(contentsOf: two.file(name))
    )
    try one.remove("processor_config.json")
    try second.write(to: one.file(name))
    #expect(one.refusal().contains("images for 2 vision towers, config.json describes 1"))
    try first.write(to: two.file(name))
    #expect(two.refusal().contains("images for 1 vision towers, config.json describes 2"))
  }

  @Test("a prompt longer than the model's texts is refused before anything is computed")
  func length() throws {
    let limits = [("llava15", "256"), ("instructblip_vicuna", "256"), ("openvla", "2039")]
    for (family, limit) in limits {
      let folder = try EditedFolder(family)
      let question = String(repeating: "a", count: 40_000)
      let line: String
      if family == "openvla" {
        let policy = try VLA.fromVLM(family, modelPath: folder.url.path, unnormKey: "bridge_orig")
        let image = try folder.image()
        let error = #expect(throws: PromptError.self) {
          try policy.predictAction(image, instruction: question)
        }
        line = "\(error!)"
      } else {
        line = folder.refusal(asking: question)
      }
      #expect(line.contains("this model reads \(limit)"), "\(line)")
    }
  }

  @Test(
    "a prompt whose attention would take more than 2 GiB is refused, whatever config.json allows")
  func memory() throws {
    let folder = try EditedFolder("llava15")
    try folder.set("text_config.max_position_embeddings", 16_000_000)
    let line = folder.refusal(asking: String(repeating: "a", count: 20_000))
    // 4 heads × 11,585² scores are just below 2²⁹.
    #expect(line.contains("would take more than 2 GiB; at most 11585 are read"), "\(line)")
  }

  @Test("an action needs room for its tokens after the prompt") func room() throws {
    let folder = try EditedFolder("openvla")
    let policy = try VLA.fromVLM(
      "openvla", modelPath: folder.url.path, unnormKey: "bridge_orig")
    let image = try folder.image()
    let vlm = try #require(policy.backbone as? VLM)
    let words = try withoutGradient { try vlm.prompt(image, vlm.robotQuestion("pick up")) }.dim(1)
    for (limit, fits) in [(words + 7, true), (words + 6, false), (words, false)] {
      try folder.set("text_config.max_position_embeddings", limit)
      let policy = try VLA.fromVLM(
        "openvla", modelPath: folder.url.path, unnormKey: "bridge_orig")
      if fits {
        #expect(try policy.predictAction(image, instruction: "pick up").count == 7)
      } else {
        #expect(throws: PromptError.self) {
          try policy.predictAction(image, instruction: "pick up")
        }
      }
    }
  }
}
