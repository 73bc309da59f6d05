import Foundation

/// The one source of an exercise, `Sources/Exercises/Masters/02-Attention.swift`: task, stub,
/// solution and hints together, so that they cannot drift apart.
///
/// The student's file and the solution are generated from it. In the function, `#if SOLUTION …
/// #else … #endif` holds both bodies; the line `// Script: check(…)` becomes the last line of the
/// script; what follows it, the answer to the question and the hints, is in neither.
struct ExerciseMaster {
  /// The exercise's number, that of its lesson.
  let number: Int
  /// The name of the file, of the student's and of the master's.
  let file: String
  let title: String
  /// "2 of 3".
  let difficulty, importance: String
  let minutes: Int
  /// The file as a student gets it.
  let stub: String
  /// The same file with the function written.
  let solution: String
  /// The answer to the question that comes first.
  let answer: String
  /// A question, a pointer, nearly the answer.
  let hints: [String]

  /// The name of its executable in `Package.swift`.
  var product: String { "exercise-" + file.prefix { $0 != "-" } }

  /// - Throws: `Problem.damagedMaster` if a part is missing.
  init(file: String, text: String) throws {
    func part<Match>(_ match: Match?, _ name: String) throws -> Match {
      guard let match else { throw Problem.damagedMaster(file: file, missing: name) }
      return match
    }
    self.file = file
    let title = try part(text.firstMatch(of: #/^// Exercise (\d+) · (.+)\n/#), "the title")
    number = Int(title.1) ?? -1
    self.title = String(title.2)
    let sizes = try part(
      text.firstMatch(
        of: #/// Difficulty (\d of 3), importance (\d of 3), about (\d+) minutes\./#), "the sizes")
    (difficulty, importance) = (String(sizes.1), String(sizes.2))
    minutes = Int(sizes.3) ?? 0

    let script = try part(text.firstMatch(of: #/(?m)^// Script: (.+)\n/#), "the line // Script:")
    let body = text[..<script.range.lowerBound]
    func generated(isSolution: Bool) -> String {
      Self.lines(of: body, isSolution: isSolution).joined(separator: "\n") + script.1 + "\n"
    }
    (stub, solution) = (generated(isSolution: false), generated(isSolution: true))
    let notes = text[script.range.upperBound...].split(separator: "\n")
      .map { $0.drop { $0 == "/" || $0 == " " } }.joined(separator: "\n")
    answer = String(
      try part(notes.firstMatch(of: #/(?s)Answer: (.+?)\nHint 1: /#), "the answer").1)
    hints = notes.matches(of: #/(?s)Hint \d: (.+?)(?=\nHint \d: |$)/#).map { String($0.1) }
    if hints.count != 3 { throw Problem.damagedMaster(file: file, missing: "three hints") }
  }

  /// The lines without those of the other branch, and without the directives and their indentation.
  private static func lines(of text: Substring, isSolution: Bool) -> [Substring] {
    var branch: Bool?  // whether the lines between directives are those of the solution
    return text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
      switch line.drop(while: { $0 == " " }) {
      case "#if SOLUTION": branch = true
      case "#else" where branch != nil: branch = false
      case "#endif" where branch != nil: branch = nil
      default:
        guard let branch else { return line }
        return branch == isSolution ? line.hasPrefix("  ") ? line.dropFirst(2) : line : nil
      }
      return nil
    }
  }

  /// The masters of a checkout, in order.
  static func all(in checkout: Checkout) throws -> [ExerciseMaster] {
    let folder = checkout.root.appendingPathComponent("Sources/Exercises/Masters")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let masters = try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
      let bytes = (try? Data(contentsOf: folder.appendingPathComponent(name))) ?? Data()
      return try ExerciseMaster(file: name, text: String(decoding: bytes, as: UTF8.self))
    }
    if masters.isEmpty { throw Problem.noExercises(folder: folder.path) }
    return masters
  }
}
