import Files

/// The model's own tokens ↔ ids.
struct Vocabulary: Sendable {
  /// Keys are code points, so tokens that only look alike stay distinct.
  private(set) var ids: [Scalars: Int]
  private(set) var tokens: [Int: Scalars]

  /// Reads `{"token": id, …}`. Tokens and ids must be unique.
  init(_ section: Section) throws(TokenizerError) {
    let members = try section.members()
    guard !members.isEmpty else { throw section.wrong("the vocabulary is empty") }
    (ids, tokens) = ([:], [:])
    ids.reserveCapacity(members.count)
    tokens.reserveCapacity(members.count)
    for member in members {
      let token = Scalars(member.key)
      let path = "\(section.path)[\"\(brief(member.key))\"]"
      let id = try Section(file: section.file, path: path, value: member.value).count()
      if let other = tokens[id] {
        throw section.wrong(
          "the id \(id) belongs to both \"\(brief(other.text))\" and \"\(brief(member.key))\"")
      }
      guard ids.updateValue(id, forKey: token) == nil else {
        throw section.wrong("the token \"\(brief(member.key))\" occurs twice")
      }
      tokens[id] = token
    }
  }
}
