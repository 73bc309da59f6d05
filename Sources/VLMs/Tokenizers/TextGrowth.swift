/// How long a text may become while a tokenizer rewrites it: 64 times its length, and 2²⁰ code points.
///
/// A file can hold any number of replacements, and thirty of "a" by "aa" make 2³⁰ letters of one. The
/// most that a published file makes of one character is the 18 letters of "ﷺ" in NFKC.
struct TextGrowth {
  /// In code points.
  let limit: Int

  /// The growth of a text of `count` code points.
  init(from count: Int) { limit = 64 * count + 1 << 20 }

  /// A text that became longer than the limit.
  struct Excess: Error { let limit: Int }

  func check(_ count: Int) throws(Excess) {
    if count > limit { throw Excess(limit: limit) }
  }
}
