import Images

/// A round post, taller than the arm can reach: it can only be gone round.
public struct Obstacle: Sendable, Equatable {
  public var x, y: Float

  public init(x: Float, y: Float) { (self.x, self.y) = (x, y) }

  /// Distance over the table from this post's centre to (`x`, `y`).
  public func distance(x: Float, y: Float) -> Float {
    ((self.x - x) * (self.x - x) + (self.y - y) * (self.y - y)).squareRoot()
  }
}

extension Obstacle {
  /// A shadow, a round post and its top. Drawn short, so that it hides nothing behind it.
  static let layers = [
    Layer(
      figure: .ellipse(5, 2), x: 1, y: 2.5, color: Palette.shadow, alpha: Palette.shadowOpacity),
    Layer(figure: .ellipse(3.6, 1.5), y: 2, color: Palette.iron),
    Layer(figure: .box(3.6, 3.5, corner: 0), y: -1.5, color: Palette.iron),
    Layer(figure: .ellipse(3.6, 1.5), y: -5, color: Palette.ironTop),
  ]
}
