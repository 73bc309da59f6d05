extension FASTTokenizer {
  /// The chunks of an episode, one beginning at each of its N steps: `[N, A]` → `[N, T, A]`. Near
  /// the end there are fewer than T steps left, and the last action is repeated.
  public static func chunks(
    of episode: [NormalizedAction], steps: Int
  ) -> [[NormalizedAction]] {
    episode.indices.map { start in
      (start..<start + steps).map { episode[min($0, episode.count - 1)] }
    }
  }
}

extension FASTTokenizer: Equatable {
  /// Everything else follows from these.
  public static func == (a: Self, b: Self) -> Bool {
    (a.steps, a.dimensions, a.scale) == (b.steps, b.dimensions, b.scale) && a.pairs == b.pairs
  }
}
