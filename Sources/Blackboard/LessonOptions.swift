/// The command line of a lesson: `--seed N`, `--json`, `--html FILE`, `--no-color`, and
/// flags of its own.
///
/// `nanovla-lesson` passes them on, and adds `--charts` when it measures bands: the JSON object then
/// holds the points of all curves. A lesson parses them without a package, so that it builds fast.
struct LessonOptions {
  var seed: UInt64 = 0
  var isJSON = false
  var showsColor = Terminal.showsColor
  /// The path of the page to write.
  var page: String?
  var reportsCharts = false

  /// The lesson's own flags on the command line.
  var flags: Set<String> = []

  /// Throws a `UsageError` for an unknown argument or a wrong seed.
  /// - Parameter known: flags of this lesson alone.
  init(_ arguments: ArraySlice<String>, known: [String] = []) throws {
    var rest = arguments
    while let argument = rest.popFirst() {
      switch argument {
      case "--json": isJSON = true
      case "--no-color": showsColor = false
      case "--html":
        guard let value = rest.popFirst(), !value.isEmpty else {
          throw UsageError(description: "--html requires the name of a file, such as lesson-3.html")
        }
        page = value
      case "--charts": reportsCharts = true
      case "--seed":
        guard let value = rest.popFirst().flatMap({ UInt64($0) }) else {
          throw UsageError(description: "--seed requires a whole number, 0 or larger")
        }
        seed = value
      case _ where known.contains(argument): flags.insert(argument)
      default:
        let all = (["--seed N", "--json", "--html FILE", "--no-color"] + known).joined(
          separator: ", ")
        throw UsageError(description: "unknown argument \(argument); the options are \(all)")
      }
    }
  }
}

/// A command line that a lesson does not accept.
struct UsageError: Error, CustomStringConvertible { let description: String }
