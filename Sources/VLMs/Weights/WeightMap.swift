/// A translation of parameter names: which published tensor holds the values of each of our parameters.
///
/// Published checkpoints use the names of the code that first implemented the architecture. A rule
/// maps a part of our model to its published name, where `{N}` is a block's number; it applies to
/// everything below (`.weight`, `.bias`). Checkpoints of one family that were saved by different
/// versions differ in prefixes: `(a.|b.|)` lists the alternatives.
///
///     "blocks.{N}.attention.query" ← "(model.|)layers.{N}.self_attn.q_proj"
public struct WeightMap: Sendable {
  /// How a published tensor stores the values.
  public enum Form: Sendable {
    /// As our parameter does.
    case plain
    /// [I, O] instead of [O, I], as in GPT-2.
    case transposed
    /// A convolution [D, 3, S, S] over squares is our layer [D, S·S·3] on patches.
    case patches
  }

  /// One line of the translation.
  public struct Rule: Sendable {
    /// Our names; several share the rows of one published tensor, in this order.
    var ours: [String]
    var published: String
    var form: Form
  }

  var rules: [Rule]
  /// Published tensors that no result depends on, such as masks that older code saved, and parts that
  /// only training uses; a name that ends in `.*` stands for everything below it.
  var ignored: [String]

  /// Pairs of our name and the published one.
  public init(
    _ pairs: KeyValuePairs<String, String>, form: Form = .plain, ignoring ignored: [String] = []
  ) {
    rules = pairs.map { Rule(ours: [$0], published: $1, form: form) }
    self.ignored = ignored
  }

  /// One published tensor that holds the rows of several parameters, one after another.
  public init(split published: String, into ours: [String], form: Form = .plain) {
    rules = [Rule(ours: ours, published: published, form: form)]
    ignored = []
  }

  /// The rules of both.
  public static func + (a: WeightMap, b: WeightMap) -> WeightMap {
    var sum = a
    sum.rules += b.rules
    sum.ignored += b.ignored
    return sum
  }

  /// The same map for a part of a larger model: the prefixes are added to our and the published names.
  public func inside(_ ours: String, _ published: String) -> WeightMap {
    var map = self
    map.rules = rules.map { rule in
      Rule(
        ours: rule.ours.map { ours + $0 }, published: published + rule.published, form: rule.form)
    }
    map.ignored = ignored.map { published + $0 }
    return map
  }

  /// The location of a parameter's values in a checkpoint.
  struct Location {
    var keys: [String]  // under one of these names
    var sharers: [String]  // the parameters that share the rows, this one among them
    var form: Form
  }

  /// The location of the parameter `name`; nil if no rule applies.
  func location(of name: String) -> Location? {
    for rule in rules {
      for pattern in rule.ours {
        guard let (number, rest) = Self.match(name, pattern) else { continue }
        let filled = { (text: String) in text.replacing("{N}", with: number) + rest }
        return Location(
          keys: Self.alternatives(filled(rule.published)), sharers: rule.ours.map(filled),
          form: rule.form)
      }
    }
    return nil
  }

  /// Whether this map ignores the published tensor `key`.
  func ignores(_ key: String) -> Bool {
    ignored.flatMap(Self.alternatives).contains { name in
      guard name.hasSuffix(".*") else { return Self.match(key, name)?.rest == "" }
      return Self.match(key, String(name.dropLast(2))) != nil
    }
  }

  /// The first components of the published names: the parts of the network, such as `language_model`.
  var roots: Set<String> {
    Set(
      rules.flatMap { Self.alternatives($0.published) }
        .map { name in name.split(separator: ".").first.map(String.init) ?? name })
  }

  /// The block's number and the rest of `name` if it begins with `pattern`, else nil.
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

  /// All expansions of the alternatives `(a|b)`, in order: "(x.|)y" → ["x.y", "y"].
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
