/// What the stages of a file may make of a text of N code points, and how long they may take: 64·N + 2²⁰
/// code points, in 8192·N + 2²⁴ steps.
///
/// A file can hold any number of replacements, and thirty of "a" by "aa" make 2³⁰ letters of one. It can
/// also hold hundreds of stages that change nothing, or patterns that try a thousand alternatives at each
/// letter. The most that a published file makes of one character is the 18 letters of "ﷺ" in NFKC, and it
/// takes some hundred steps for a letter.
///
/// A step takes some nanoseconds: a letter is read or written, or compared with one range of a pattern.
final class TextBudget {
  /// The section of the file that is at work, for errors.
  var stage: String
  private let file: String
  private let length, steps: Int
  private var left: Int

  init(for count: Int, stage: String, file: String) {
    (self.stage, self.file) = (stage, file)
    length = 64 * count + 1 << 20
    steps = 8192 * count + 1 << 24
    left = steps
  }

  /// The error about a text that became longer.
  var tooLong: TokenizerError { .tooLong(stage: stage, limit: length, file: file) }

  /// All that was made of the text has `count` code points.
  func check(_ count: Int) throws(TokenizerError) {
    if count > length { throw tooLong }
  }

  /// The stage writes `count` code points.
  func make(_ count: Int) throws(TokenizerError) {
    try check(count)
    try spend(count)
  }

  func spend(_ count: Int) throws(TokenizerError) {
    left -= min(count, steps + 1)  // so that no sum overflows
    if left < 0 { throw .tooSlow(stage: stage, limit: steps, file: file) }
  }
}
