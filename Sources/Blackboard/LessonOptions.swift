/// What may follow a lesson's name: `--seed N`, `--json`, `--no-color`, and flags of its own.
///
/// The runner passes these on; a lesson reads them itself, so that it depends on nothing else.
struct LessonOptions {
  var seed: UInt64 = 0
  var isJSON = false
  var showsColor = Terminal.showsColor

  /// The lesson's own flags that were given.
  var flags: Set<String> = []

  /// - Parameter known: flags that this lesson has beside those of all.
  init(_ arguments: ArraySlice<String>, known: [String] = []) throws {
    var rest = arguments
    while let argument = rest.popFirst() {
      switch argument {
      case "--json": isJSON = true
      case "--no-color": showsColor = false
      case "--seed":
        guard let value = rest.popFirst().flatMap({ UInt64($0) }) else {
          throw UsageError(description: "--seed takes a whole number from 0 on")
        }
        seed = value
      case _ where known.contains(argument): flags.insert(argument)
      default:
        let all = (["--seed N", "--json", "--no-color"] + known).joined(separator: ", ")
        throw UsageError(description: "unknown argument \(argument): there are \(all)")
      }
    }
  }
}

/// A command line that says something else.
struct UsageError: Error, CustomStringConvertible { let description: String }
