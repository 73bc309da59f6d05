/// The last stage of encoding: adds the tokens that a model expects around a text, such as `<s>`
/// before it or `[CLS]` … `[SEP]` on both sides.
struct Template: Sendable {
  private(set) var before: [Int] = []
  private(set) var after: [Int] = []

  func callAsFunction(_ ids: [Int]) -> [Int] { before + ids + after }

  static let none = Template()
  static let supported = [
    "TemplateProcessing", "ByteLevel", "BertProcessing", "RobertaProcessing", "Sequence",
  ]

  private init() {}

  init(_ section: Section) throws(TokenizerError) {
    switch try section.type() {
    case "ByteLevel":
      break  // only affects the offsets of tokens in the text, which are not kept here
    case "BertProcessing", "RobertaProcessing":
      before = [try Self.tokenAndID(section.required("cls"))]
      after = [try Self.tokenAndID(section.required("sep"))]
    case "TemplateProcessing":
      try read(section)
    case "Sequence":
      for item in try section.required("processors").items() {
        let inner = try Template(item)
        (before, after) = (inner.before + before, after + inner.after)
        try checkCount(section)
      }
    case let other: throw section.unsupported("post_processor " + other, supported: Self.supported)
    }
  }

  /// No model expects more than some tokens; a file can name a long list of ids again and again.
  private func checkCount(_ section: Section) throws(TokenizerError) {
    guard before.count + after.count <= 1000 else {
      throw section.wrong("it adds more than 1000 tokens to a text")
    }
  }

  /// `["[CLS]", 101]`
  private static func tokenAndID(_ section: Section) throws(TokenizerError) -> Int {
    let items = try section.items()
    guard items.count == 2 else { throw section.wrong("expected a token and its id") }
    return try items[1].count()
  }

  /// `"single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}]`, where
  /// `"special_tokens": {"<s>": {"ids": [1]}}` gives the name's ids.
  private mutating func read(_ section: Section) throws(TokenizerError) {
    let single = try section.required("single")
    var isBefore = true
    if case .array(let items) = single.value, items.count > 1000 {
      throw single.wrong("it adds more than 1000 tokens to a text")
    }
    for item in try single.items() {
      if let token = try item["SpecialToken"] {
        let name = try token.required("id").string()
        let ids = try section.required("special_tokens").required(name).required("ids").items()
          .map { id throws(TokenizerError) in try id.count() }
        if isBefore { before += ids } else { after += ids }
        try checkCount(single)
      } else {
        guard try item.required("Sequence").required("id").string() == "A", isBefore else {
          throw single.wrong("a template for one text must name the text A, once")
        }
        isBefore = false
      }
    }
    guard !isBefore else { throw single.wrong("the template leaves the text A out") }
  }
}
