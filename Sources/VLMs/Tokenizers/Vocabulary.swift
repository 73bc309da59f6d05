// The tokens and their numbers, both ways.

import Files

struct Vocabulary: Sendable {
  /// Keys are code points: two tokens that look alike stay two.
  private(set) var ids: [Scalars: Int]
  private(set) var tokens: [Int: Scalars]

  /// Reads `{"token": id, …}`. Each token and each id may stand there once.
  init(_ section: Section) throws(TokenizerError) {
    let members = try section.members()
    guard !members.isEmpty else { throw section.wrong("the vocabulary is empty") }
    (ids, tokens) = ([:], [:])
    ids.reserveCapacity(members.count)
    tokens.reserveCapacity(members.count)
    for member in members {
      let token = Scalars(member.key)
      let place = "\(section.place)[\"\(brief(member.key))\"]"
      let id = try Section(file: section.file, place: place, value: member.value).count()
      if let other = tokens[id] {
        throw section.wrong(
          "the id \(id) stands for both \"\(brief(other.text))\" and \"\(brief(member.key))\"")
      }
      guard ids.updateValue(id, forKey: token) == nil else {
        throw section.wrong("the token \"\(brief(member.key))\" stands there twice")
      }
      tokens[id] = token
    }
  }

  /// Takes an added token in. Where the vocabulary has it already, both must say the same id.
  mutating func add(_ token: Scalars, id: Int, _ section: Section) throws(TokenizerError) {
    if let known = ids[token], known != id {
      throw section.wrong(
        "\"\(brief(token.text))\" has the id \(id) here, and \(known) elsewhere in this file")
    }
    if let other = tokens[id], other != token {
      throw section.wrong(
        "the id \(id) stands for both \"\(brief(other.text))\" and \"\(brief(token.text))\"")
    }
    (ids[token], tokens[id]) = (id, token)
  }
}
