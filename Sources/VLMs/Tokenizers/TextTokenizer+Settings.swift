import Files
import Foundation

/// The settings in `tokenizer_config.json`, beside `tokenizer.json`.
///
/// transformers reads them after the tokenizer and changes it accordingly, so that each setting which
/// contradicts it would give other ids:
///
///     { "do_lower_case": true, "unk_token": "[UNK]", "add_prefix_space": false,
///       "added_tokens_decoder": {"32000": {"content": "<image>", "lstrip": false, …}} }
extension TextTokenizer {
  /// Compares this tokenizer with the settings in its folder, if there are any.
  /// - Returns: the special tokens that only the settings have.
  /// - Throws: `JSONFileError` with the setting that contradicts tokenizer.json.
  func checkSettings() throws -> [String] {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    let settings = folder.appending(path: "tokenizer_config.json")
    guard FileManager.default.fileExists(atPath: settings.path) else { return [] }
    let json = try JSONFile.read(settings)
    try json["split_special_tokens"].mustBe(false)
    if let prefixes = preTokenizer?.prefixesSpace { try json["add_prefix_space"].agree(prefixes) }
    if case .bert(let bert) = normalizer {
      try json["do_lower_case"].agree(bert.lowercases)
      try json["strip_accents"].agree(bert.stripsAccents)
      try json["tokenize_chinese_chars"].agree(bert.separatesChinese)
    }
    let (unknown, stated) = (model.unknownToken ?? "", json["unk_token"])
    if let name = stated.tokenName, !unknown.isEmpty, name != unknown {
      throw stated.outOfRange("\"\(brief(unknown))\", as in tokenizer.json")
    }
    return try missingTokens(json)
  }

  private func missingTokens(_ json: JSONValue) throws -> [String] {
    var names: [String] = []
    for (key, value) in try json.object() where key.hasSuffix("_token") {
      if let name = value.tokenName { names.append(name) }
    }
    for key in ["additional_special_tokens", "extra_special_tokens"] {
      let list = (try? json[key].array()) ?? (try? json[key].object()).map { Array($0.values) }
      names += (list ?? []).compactMap(\.tokenName)
    }
    let entries = json["added_tokens_decoder"]
    for value in entries.exists ? try entries.object().values : [:].values {
      guard let name = value.tokenName else { continue }
      names.append(name)
      guard let token = added.ids[Scalars(name)].flatMap({ added.tokens[$0] }) else { continue }
      try value["lstrip"].agree(token.stripsLeft)
      try value["rstrip"].agree(token.stripsRight)
      try value["normalized"].agree(token.isNormalized)
      try value["single_word"].agree(token.isSingleWord)
    }
    return Set(names).filter { !$0.isEmpty && id(of: $0) == nil }.sorted()
  }
}

extension PreTokenizer {
  /// Whether a byte-level step puts a space before a text; nil without such a step.
  fileprivate var prefixesSpace: Bool? {
    switch self {
    case .byteLevel(let prefixesSpace, _): prefixesSpace
    case .sequence(let parts): parts.lazy.compactMap(\.prefixesSpace).first
    default: nil
    }
  }
}

extension JSONValue {
  /// Refuses another value than that in tokenizer.json.
  fileprivate func agree(_ own: Bool) throws {
    guard try bool(default: own) == own else { throw outOfRange("\(own), as in tokenizer.json") }
  }

  /// The text of a token: a string, or an object with its `content`.
  fileprivate var tokenName: String? {
    (try? string(default: nil)) ?? (isObject ? try? self["content"].string(default: nil) : nil)
  }
}
