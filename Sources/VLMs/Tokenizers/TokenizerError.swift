// What can go wrong with a tokenizer.json: one line each, with the file, the place and the remedy.

import Files

/// What can be wrong with a published tokenizer.
public enum TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable(file: String, reason: String)
  case badJSON(file: String, line: Int, reason: String)
  case wrongValue(file: String, place: String, reason: String)
  case unsupported(component: String, file: String, place: String, supported: [String])
  case unknownMerge(String, number: Int, file: String, missing: String)
  case badPattern(String, file: String, place: String, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "cannot read tokenizer \(file): \(reason)"
    case .badJSON(let file, let line, let reason):
      "\(file), line \(line), is not JSON: \(reason); download the file again"
    case .wrongValue(let file, let place, let reason):
      "\(file), \(brief(place)): \(reason); save it anew with the tokenizers library"
    case .unsupported(let component, let file, let place, let supported):
      "\(file), \(brief(place)): \"\(brief(component))\" is not supported; "
        + "supported are \(supported.joined(separator: ", "))"
    case .unknownMerge(let merge, let number, let file, let missing):
      "\(file), model.merges[\(number)]: \"\(brief(merge))\" needs the token "
        + "\"\(brief(missing))\", which model.vocab lacks; download the file again"
    case .badPattern(let pattern, let file, let place, let reason):
      "\(file), \(brief(place)): pattern \"\(brief(pattern))\" cannot be used: \(reason)"
    }
  }
}
