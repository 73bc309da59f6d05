/// Which published tensor fills which parameter of ours: a checkpoint's keys, translated.
///
/// Published checkpoints hold the numbers of one architecture under the names that its first code
/// gave it. A rule says where a part of ours stands there, `{N}` being a block's number; it holds for
/// all that is below (`.weight`, `.bias`). Checkpoints of one family, saved by different versions,
/// differ by prefixes: `(a.|b.|)` lists what may stand at a place.
///
///     "blocks.{N}.attention.query" ← "(model.|)layers.{N}.self_attn.q_proj"
public struct WeightMap: Sendable {
  public enum Form: Sendable {
    case plain
    /// [I, O] in place of [O, I], as GPT-2 keeps its layers.
    case transposed
    /// A convolution [D, 3, S, S] over squares is our layer [D, S·S·3] on patches.
    case patches
  }

  public struct Rule: Sendable {
    /// Several names share the rows of one published tensor, in this order.
    var ours: [String]
    var theirs: String
    var form: Form
  }

  var rules: [Rule]
  /// Published tensors that are no weights, such as masks that older code saved.
  var ignored: [String]

  public init(
    _ pairs: KeyValuePairs<String, String>, form: Form = .plain, ignoring ignored: [String] = []
  ) {
    rules = pairs.map { Rule(ours: [$0], theirs: $1, form: form) }
    self.ignored = ignored
  }

  /// One published tensor whose rows are those of several parameters, one after another.
  public init(split theirs: String, into ours: [String], form: Form = .plain) {
    rules = [Rule(ours: ours, theirs: theirs, form: form)]
    ignored = []
  }

  public static func + (a: WeightMap, b: WeightMap) -> WeightMap {
    var sum = a
    sum.rules += b.rules
    sum.ignored += b.ignored
    return sum
  }

  /// The same map for a part of a larger model: `ours` and `theirs` stand before every name.
  public func inside(_ ours: String, _ theirs: String) -> WeightMap {
    var map = self
    map.rules = rules.map { rule in
      Rule(ours: rule.ours.map { ours + $0 }, theirs: theirs + rule.theirs, form: rule.form)
    }
    map.ignored = ignored.map { theirs + $0 }
    return map
  }

  /// Where a parameter's numbers stand.
  struct Place {
    var keys: [String]  // under one of these names
    var sharers: [String]  // the parameters that share the rows, this one among them
    var form: Form
  }

  /// The place of the parameter called `name`; nil if no rule covers it.
  func place(of name: String) -> Place? {
    for rule in rules {
      for pattern in rule.ours {
        guard let (number, rest) = Self.match(name, pattern) else { continue }
        let filled = { (text: String) in text.replacing("{N}", with: number) + rest }
        return Place(
          keys: Self.alternatives(filled(rule.theirs)), sharers: rule.ours.map(filled),
          form: rule.form)
      }
    }
    return nil
  }

  /// Whether the published `key` is one that this map leaves out on purpose.
  func ignores(_ key: String) -> Bool {
    ignored.flatMap(Self.alternatives).contains { Self.match(key, $0)?.rest == "" }
  }

  /// `name` begins with `pattern`: what stands for {N}, and what follows.
  private static func match(_ name: String, _ pattern: String) -> (number: String, rest: String)? {
    let (parts, wanted) = (name.split(separator: "."), pattern.split(separator: "."))
    guard parts.count >= wanted.count else { return nil }
    var number = ""
    for (part, want) in zip(parts, wanted) {
      let isNumber = want == "{N}" && Int(part) != nil
      if isNumber { number = String(part) }
      guard isNumber || part == want else { return nil }
    }
    return (number, parts.dropFirst(wanted.count).map { "." + $0 }.joined())
  }

  /// All texts that `(a|b)` choices allow, in order: "(x.|)y" → ["x.y", "y"].
  private static func alternatives(_ text: String) -> [String] {
    guard let open = text.firstIndex(of: "("), let close = text[open...].firstIndex(of: ")") else {
      return [text]
    }
    let (before, after) = (String(text[..<open]), String(text[text.index(after: close)...]))
    let choices = text[text.index(after: open)..<close]
      .split(separator: "|", omittingEmptySubsequences: false)
    return choices.flatMap { alternatives(before + String($0) + after) }
  }
}
