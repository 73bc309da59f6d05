import Files
import Foundation

/// What a folder says and this program does not do, although it reads the model: one line each.
extension CheckpointParts {
  /// - Parameters:
  ///   - unread: the members of config.json that nothing has asked for.
  ///   - unused: the tensors that the network does not use.
  ///   - tokens: the special tokens that only tokenizer_config.json has.
  ///   - family: the name of the family, whose prompt a template may give.
  func notes(
    unread: [JSONValue], unused: [String], tokens: [String], family: String
  ) throws -> [String] {
    let unknown = unread.filter { !$0.isOff && !KnownKeys.isHarmless($0) }
    return [
      Self.line(unknown.map(\.path), "config.json has", "not read"),
      Self.line(unused, "the checkpoint has tensors of other parts,", "not used"),
      Self.line(tokens, "tokenizer_config.json has tokens beside tokenizer.json,", "not read"),
    ].compactMap { $0 } + (try folders.flatMap { try Self.notes(on: $0, family) })
  }

  private static func line(_ names: [String], _ what: String, _ how: String) -> String? {
    guard !names.isEmpty else { return nil }
    let more = names.count > 5 ? " and \(names.count - 5) more" : ""
    return "\(what) \(names.prefix(5).map(brief).joined(separator: ", "))\(more): \(how)"
  }

  /// Chat templates and settings for sampling, which the family's own prompt and greedy generation
  /// replace.
  private static func notes(on folder: URL, _ family: String) throws -> [String] {
    var notes: [String] = []
    if let template = try ChatTemplate.find(in: folder), !template.isBuiltIn(for: family) {
      notes.append(
        "\(template.place) is not read: the question is asked in the format of the family's published "
          + "models"
      )
    }
    let file = folder.appending(path: "generation_config.json")
    guard FileManager.default.fileExists(atPath: file.path) else { return notes }
    let generation = try JSONFile.read(file)
    let changing = Self.sampling.filter { key, usual in
      let value = generation[key]
      return !value.isOff && (try? value.number(usual...usual)) == nil
    }
    if !changing.isEmpty {
      let keys = changing.map(\.key).joined(separator: ", ")
      notes.append("generation_config.json has \(keys), not read: generation is greedy")
    }
    return notes
  }

  /// Settings that change which tokens are generated, and their neutral values.
  private static let sampling: KeyValuePairs = [
    "do_sample": 0.0, "num_beams": 1, "repetition_penalty": 1, "no_repeat_ngram_size": 0,
    "min_length": 0, "min_new_tokens": 0, "suppress_tokens": 0, "begin_suppress_tokens": 0,
    "bad_words_ids": 0, "forced_bos_token_id": 0, "forced_eos_token_id": 0,
    "forced_decoder_ids": 0, "sequence_bias": 0, "penalty_alpha": 0,
  ]
}
