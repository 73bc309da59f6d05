/// What the command line of a lesson can say.
struct Options {
  var seed: UInt64 = 0
  var isJSON = false
  var allowsColor = true

  /// `words` without the program's name.
  init(_ words: some Sequence<String>) throws {
    var words = Array(words)[...]
    while let word = words.popFirst() {
      switch word {
      case "--json": isJSON = true
      case "--no-color": allowsColor = false
      case "--seed": seed = try Self.seed(words.popFirst())
      case _ where word.hasPrefix("--seed="): seed = try Self.seed(String(word.dropFirst(7)))
      default: throw OptionError.unknown(word)
      }
    }
  }

  private static func seed(_ word: String?) throws -> UInt64 {
    guard let word else { throw OptionError.seedMissing }
    guard let seed = UInt64(word) else { throw OptionError.wrongSeed(word) }
    return seed
  }
}

/// What can be wrong with a lesson's command line.
enum OptionError: Error, CustomStringConvertible {
  case unknown(String)
  case seedMissing
  case wrongSeed(String)

  var description: String {
    switch self {
    case .unknown(let word): "unknown argument '\(word)'; there are --seed N, --json and --no-color"
    case .seedMissing: "--seed wants a number after it, such as --seed 1"
    case .wrongSeed(let word): "--seed \(word): a seed is a whole number from 0 to 2⁶⁴ − 1"
    }
  }
}
