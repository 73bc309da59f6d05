/// A recursive-descent parser of regular expressions.
///
/// It refuses every construct that it does not support: a pattern that is parsed wrongly would give
/// wrong token ids without an error.
///
///     choice = sequence ("|" sequence)*     sequence = (atom repetition?)*
///     atom = "(?:" choice ")" | "(?i:" choice ")" | "(?!" choice ")" | "[" class "]" | "\" … | .
///
/// - Reference: Oniguruma's syntax, which the tokenizers library uses.
struct PatternReader {
  typealias Failure = TextPattern.Failure
  let text: Scalars
  var position = 0
  private var depth = 0
  private var ignoresCase = false

  static func read(_ pattern: String) throws(Failure) -> PatternExpression {
    var reader = PatternReader(text: Scalars(pattern))
    guard reader.text.count <= 4000 else { throw Failure(reason: "it is longer than 4000") }
    let expression = try reader.choice()
    guard reader.next == nil else { throw Failure(reason: "a \")\" without \"(\"") }
    return expression
  }

  private init(text: Scalars) { self.text = text }

  var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

  mutating func take(_ word: String) -> Bool {
    guard text[position...].starts(with: word.unicodeScalars) else { return false }
    position += word.unicodeScalars.count
    return true
  }

  mutating func takeOne() throws(Failure) -> Unicode.Scalar {
    guard let scalar = next else { throw Failure(reason: "it ends early") }
    position += 1
    return scalar
  }

  private mutating func choice() throws(Failure) -> PatternExpression {
    var ways: [PatternExpression] = []
    repeat {
      var parts: [PatternExpression] = []
      while let scalar = next, scalar != "|", scalar != ")" { parts.append(try repeated()) }
      ways.append(.sequence(parts))
    } while take("|")
    return .choice(ways)
  }

  private mutating func repeated() throws(Failure) -> PatternExpression {
    let atom = try atom()
    let times: ClosedRange<Int>
    if take("*") {
      times = 0...Int.max
    } else if take("+") {
      times = 1...Int.max
    } else if take("?") {
      times = 0...1
    } else if take("{") {
      times = try bounds()
    } else {
      return atom
    }
    let isGreedy = !take("?")
    guard next.map({ !"*+?{".unicodeScalars.contains($0) }) ?? true else {
      throw Failure(reason: "one repetition after another")
    }
    return .loop(atom, times: times, isGreedy: isGreedy)
  }

  /// `3}`, `1,3}` or `2,}`.
  private mutating func bounds() throws(Failure) -> ClosedRange<Int> {
    let low = try number()
    let high = take(",") ? (next == "}" ? Int.max : try number()) : low
    guard take("}"), low <= high else { throw Failure(reason: "an invalid repetition {…}") }
    return low...high
  }

  private mutating func number() throws(Failure) -> Int {
    var digits = ""
    while let scalar = next, ("0"..."9").contains(scalar) {
      digits.unicodeScalars.append(scalar)
      position += 1
    }
    guard let number = Int(digits), number <= 1000 else {
      throw Failure(reason: "a repetition {…} without a number up to 1000")
    }
    return number
  }

  private mutating func atom() throws(Failure) -> PatternExpression {
    if take("(") { return try group() }
    if take("[") { return .one(fold(try characterClass())) }
    let scalar = try takeOne()
    switch scalar {
    case "\\": return .one(fold(try escaped()))
    case ".": return .one(.not(.one("\n")))
    case "^", "$", "*", "+", "?", "{":
      throw Failure(reason: "\"\(scalar)\" is not supported here")
    default: return .one(fold(.one(scalar)))
    }
  }

  private func fold(_ set: ScalarSet) -> ScalarSet { ignoresCase ? .ignoringCase(set) : set }

  private mutating func group() throws(Failure) -> PatternExpression {
    depth += 1
    guard depth <= 32 else { throw Failure(reason: "nested too deeply") }
    let outside = ignoresCase
    var isWanted: Bool?
    if take("?i:") {
      ignoresCase = true
    } else if take("?=") {
      isWanted = true
    } else if take("?!") {
      isWanted = false
    } else if !take("?:"), next == "?" {
      throw Failure(reason: "a group of an unknown kind")
    }
    let inside = try choice()
    guard take(")") else { throw Failure(reason: "a \"(\" without \")\"") }
    (depth, ignoresCase) = (depth - 1, outside)
    return isWanted.map { .ahead(inside, isWanted: $0) } ?? inside
  }
}
