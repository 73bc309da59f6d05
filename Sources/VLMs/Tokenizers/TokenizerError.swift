import Files

/// A `tokenizer.json` that cannot be used: one line with the file, the path inside it, and the remedy.
public enum TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable(file: String, reason: String)
  case badJSON(file: String, line: Int, reason: String)
  case wrongValue(file: String, path: String, reason: String)
  case unsupported(component: String, file: String, path: String, supported: [String])
  case unknownMerge(String, number: Int, file: String, missing: String)
  case badPattern(String, file: String, path: String, reason: String)
  /// A letter or word without a token, and the unknown token that is missing too.
  case unknownLetter(String, unknown: String, file: String, path: String)
  /// A text that a stage makes longer than ``TextBudget`` allows, or works on for longer.
  case tooLong(stage: String, limit: Int, file: String)
  case tooSlow(stage: String, limit: Int, file: String)

  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "cannot read tokenizer \(briefPath(file)): \(oneLine(reason))"
    case .badJSON(let file, let line, let reason):
      "\(briefPath(file)), line \(line), is not JSON: \(oneLine(reason)); download the file again"
    case .wrongValue(let file, let path, let reason):
      "\(briefPath(file)), \(brief(path)): \(oneLine(reason)); save it again with the tokenizers library"
    case .unsupported(let component, let file, let path, let supported):
      "\(briefPath(file)), \(brief(path)): \"\(brief(component))\" is not supported; "
        + "supported are \(supported.joined(separator: ", "))"
    case .unknownMerge(let merge, let number, let file, let missing):
      "\(briefPath(file)), model.merges[\(number)]: \"\(brief(merge))\" needs the token "
        + "\"\(brief(missing))\", which is not in model.vocab; download the file again"
    case .badPattern(let pattern, let file, let path, let reason):
      "\(briefPath(file)), \(brief(path)): pattern \"\(brief(pattern))\" cannot be used: \(oneLine(reason))"
    case .unknownLetter(let letter, let unknown, let file, let path):
      "\(briefPath(file)), \(brief(path)): \"\(brief(letter))\" is not in the vocabulary, nor is the unk_token "
        + "\"\(brief(unknown))\" that would stand for it; use other words"
    case .tooLong(let stage, let limit, let file):
      "\(briefPath(file)), \(brief(stage)): makes more than \(limit) code points of a text; download the file again"
    case .tooSlow(let stage, let limit, let file):
      "\(briefPath(file)), \(brief(stage)): takes more than \(limit) steps for a text; download the file again"
    }
  }
}
