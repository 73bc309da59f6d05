import Foundation

/// How far a student has come: `.nanovla-progress`, a small JSON file that git ignores.
struct ExerciseProgress: Codable, Equatable {
  /// The hash of each exercise's file when it passed, by number.
  private(set) var passed: [String: String] = [:]
  /// How many hints were shown, by number.
  private(set) var hints: [String: Int] = [:]

  init() {}

  /// - Throws: if the file is not one that ``write(to:)`` wrote.
  init(contentsOf file: URL) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
    let isHash = { (text: String) in text.wholeMatch(of: #/[0-9a-f]{16}/#) != nil }
    guard (Array(passed.keys) + Array(hints.keys)).allSatisfy({ Int($0) != nil }),
      passed.values.allSatisfy(isHash), hints.values.allSatisfy({ 0...3 ~= $0 })
    else { throw CocoaError(.fileReadCorruptFile) }
  }

  func write(to file: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    do { try encoder.encode(self).write(to: file, options: .atomic) } catch {
      throw Problem.cannotWrite(path: file.path, why: error.localizedDescription)
    }
  }

  func hasPassed(_ number: Int) -> Bool { passed["\(number)"] != nil }
  /// Whether the file is the one that passed.
  func hasPassed(_ number: Int, _ text: String) -> Bool { passed["\(number)"] == Self.hash(text) }
  func hints(of number: Int) -> Int { hints["\(number)"] ?? 0 }

  mutating func note(_ number: Int, _ text: String, isRight: Bool) {
    passed["\(number)"] = isRight ? Self.hash(text) : nil
  }
  mutating func noteHint(of number: Int, count: Int) { hints["\(number)"] = count }
  mutating func forget(_ number: Int) { (passed["\(number)"], hints["\(number)"]) = (nil, nil) }

  /// FNV-1a of 64 bits, 16 hexadecimal digits. The package's own is in Files, on which this program
  /// does not depend: it must run while a student's edit of Tensors does not compile.
  static func hash(_ text: String) -> String {
    let value = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
