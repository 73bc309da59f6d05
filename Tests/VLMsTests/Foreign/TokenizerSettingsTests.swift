import Foundation
import Testing
import VLMs

/// What tokenizer_config.json says otherwise than the tokenizer.json beside it.
@Suite("Settings beside a tokenizer") struct TokenizerSettingsTests {
  @Test(
    "a setting in tokenizer_config.json that contradicts tokenizer.json is refused by name",
    arguments: [
      ("llava15", "split_special_tokens", "true"), ("llava15", "unk_token", #""</s>""#),
      ("llava15", "unk_token", #"{"content": "</s>", "lstrip": false}"#),
      ("llava15", "added_tokens_decoder.387", #"{"content": "<image>", "lstrip": true}"#),
      ("blip2_opt", "add_prefix_space", "true"), ("fastvlm", "add_prefix_space", "true"),
      ("vilt", "do_lower_case", "false"), ("vilt", "tokenize_chinese_chars", "false"),
      ("vilt", "strip_accents", "false"),
    ])
  func contradiction(family: String, key: String, value: String) throws {
    let folder = try EditedFolder(family)
    try folder.set(
      key, JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed),
      in: "tokenizer_config.json")
    #expect(folder.refusal().contains("tokenizer_config.json: \(key)"))
  }

  @Test("special tokens that only tokenizer_config.json has are named; the others change nothing")
  func settingsTokens() throws {
    let folder = try EditedFolder("llava15")
    func notes(_ key: String, _ value: Any) throws -> [String] {
      try folder.set(key, value, in: "tokenizer_config.json")
      defer { try? folder.set(key, nil, in: "tokenizer_config.json") }
      return try VLM.read(folder.url).notes
    }
    for (key, value) in [
      ("mask_token", "<zap>"), ("extra_special_tokens", ["x_token": "<zap>"]),
      ("additional_special_tokens", ["<s>", "<zap>"]),
      ("added_tokens_decoder", ["9": ["content": "<zap>"]]),
    ] as [(String, Any)] {
      let line = try notes(key, value)
      #expect(line == ["tokenizer_config.json has tokens beside tokenizer.json, <zap>: not read"])
    }
    let image: [String: Any] = ["content": "<image>", "lstrip": false, "special": true]
    for (key, value) in [
      ("cls_token", "<s>"), ("extra_special_tokens", [String: String]()),
      ("added_tokens_decoder", ["387": image]), ("add_prefix_space", true),
      ("do_lower_case", true), ("model_max_length", 1e30),
    ] as [(String, Any)] {
      #expect(try notes(key, value) == [], "\(key)")
    }
  }
}
