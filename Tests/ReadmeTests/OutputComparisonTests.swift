import Testing

@Suite struct OutputComparisonTests {
  private func agree(_ shown: String, _ actual: String) -> Bool {
    OutputComparison.differences(shown: shown, actual: actual).isEmpty
  }

  @Test("equal texts agree") func same() {
    #expect(agree("patches  [64, 48]  3.1 ms\nloss 0.5\n", "patches  [64, 48]  3.1 ms\nloss 0.5"))
  }

  @Test(
    "another shape differs",
    arguments: [
      ("[64, 48]", "[64, 49]"), ("[1, 100, 48]", "[1, 101, 48]"), ("224×224", "224×225"),
      ("[64]", "[65]"), ("[2, 3]", "[2, 3, 1]"),
    ])
  func shapes(shown: String, actual: String) {
    #expect(!agree("patches \(shown)", "patches \(actual)"))
  }

  @Test(
    "a number may differ by 2 % and no more",
    arguments: [
      ("100.0", "101.0", true), ("100.0", "103.0", false), ("−0.500", "−0.505", true),
      ("0.500", "-0.500", false), ("3", "4", false), ("12,345", "12,400", true),
      ("12,345", "13,000", false), ("1.00e+05", "1.01e+05", true), ("1.00e+05", "1.03e+05", false),
      ("93 %", "94 %", true), ("93 %", "97 %", false), ("loss=0.50", "loss=0.60", false),
      ("0.93.", "0.50.", false), ("(0.93)", "(0.94)", true), ("-1.00", "1.00", false),
    ])
  func numbers(shown: String, actual: String, same: Bool) {
    #expect(agree(shown, actual) == same)
  }

  @Test(
    "a small number may differ by one unit in its last decimal",
    arguments: [
      ("0.03", "0.04", true), ("0.03", "0.05", false), ("3.2e-07", "9.9e-06", true),
      ("0.001", "0.003", false),
    ])
  func smallNumbers(shown: String, actual: String, same: Bool) {
    #expect(agree(shown, actual) == same)
  }

  @Test(
    "times, rates, bars, alignment and line breaks are ignored",
    arguments: [
      ("3.1 ms", "12.9 ms"), ("<0.01 ms", "0.02 ms"), ("took 12 s.", "took 8 s."),
      ("59 s", "1 min 3 s"), ("0.4s", "9s"),
      ("120 frames/s", "90 frames/s"), ("0.50 ████▌", "0.50 ████"), ("a   1", "  a 1  "),
      ("image [1] 0.08 ms one long\n  note", "image [1] 28123.50 ms one\n  long note"),
      ("one\n\ntwo", "one\n\n\ntwo\n"),
    ])
  func ignored(shown: String, actual: String) {
    #expect(agree(shown, actual))
  }

  @Test(
    "other words, names and numbers of paragraphs differ",
    arguments: [
      ("loss 0.5", "lost 0.5"), ("03-Fusion.swift", "04-Fusion.swift"), ("32-bin", "33-bin"),
      ("lesson-03", "lesson-04"), ("3.1 ms", "3.1"), ("a", "a\nb"), ("a b", "a"), ("a b", "a\n\nb"),
      ("2 steps", "2 s"),
    ])
  func words(shown: String, actual: String) {
    #expect(!agree(shown, actual))
  }
}
