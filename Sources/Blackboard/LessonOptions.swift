/// What may follow a lesson's name: `--seed N`, `--json`, `--no-color`.
///
/// The runner passes these on; a lesson reads them itself, so that it depends on nothing else.
struct LessonOptions {
  var seed: UInt64 = 0
  var isJSON = false
  var showsColor = Terminal.showsColor

  init(_ arguments: ArraySlice<String>) throws {
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
      default:
        throw UsageError(
          description: "unknown argument \(argument): there are --seed N, --json, --no-color")
      }
    }
  }
}

/// A command line that says something else.
struct UsageError: Error, CustomStringConvertible { let description: String }
