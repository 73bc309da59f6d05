import Images

/// A simple figure of which the toy world's objects are drawn, in the pixels of a 64×64 image.
///
/// A figure is given by its signed distance function d: how far a point is outside it, negative inside.
/// It covers the fraction clip(0.5 − d, 0, 1) of a pixel, which smooths the edges (anti-aliasing).
///
/// - Reference: Quilez, "2D distance functions" (iquilezles.org/articles/distfunctions2d).
enum Figure {
  case ellipse(Float, Float)
  case box(Float, Float, corner: Float)
  case ring(radius: Float, halfWidth: Float)
  case lowerHalfDisc(radius: Float)

  /// No point of the figure is farther than this from its center, along x and along y, in pixels.
  var reach: (x: Float, y: Float) {
    switch self {
    case .ellipse(let x, let y), .box(let x, let y, _): return (x, y)
    case .ring(let radius, let halfWidth): return (radius + halfWidth, radius + halfWidth)
    case .lowerHalfDisc(let radius): return (radius, radius)
    }
  }

  /// Signed distance of (`x`, `y`), measured from the figure's center, y downward; in pixels.
  @inline(__always)
  func distance(_ x: Float, _ y: Float) -> Float {
    switch self {
    case .ellipse(let a, let b):
      // The implicit function over its gradient's length: exact for a circle, otherwise first order.
      let value = (x * x / (a * a) + y * y / (b * b)).squareRoot()
      let slope = (x * x / (a * a * a * a) + y * y / (b * b * b * b)).squareRoot()
      return slope > 0 ? value * (value - 1) / slope : -min(a, b)
    case .box(let a, let b, let corner):
      let (dx, dy) = (abs(x) - a + corner, abs(y) - b + corner)
      let (outX, outY) = (max(dx, 0), max(dy, 0))
      return (outX * outX + outY * outY).squareRoot() + min(max(dx, dy), 0) - corner
    case .ring(let radius, let halfWidth):
      return abs((x * x + y * y).squareRoot() - radius) - halfWidth
    case .lowerHalfDisc(let radius):
      return max((x * x + y * y).squareRoot() - radius, -y)
    }
  }
}

/// One layer of a drawing: a figure, shifted by (`x`, `y`) pixels from the place of what it belongs to.
struct Layer {
  var figure: Figure
  var x: Float = 0
  var y: Float = 0
  var color: RGBImage.Color
  /// Opacity, 0 … 1.
  var alpha: Float = 1
}

extension ObjectShape {
  /// The layers of an object of this shape, the lowest first.
  func layers(_ color: RGBImage.Color) -> [Layer] {
    let (light, dark) = (color.lighter, color.darker)
    switch self {
    case .cup:
      return [
        Layer(figure: .ring(radius: 2.2, halfWidth: 0.8), x: 4, color: dark),
        Layer(figure: .box(3.2, 4.2, corner: 0.8), color: color),
        Layer(figure: .ellipse(3.2, 1.3), y: -3.6, color: dark),
      ]
    case .block:
      return [
        Layer(figure: .box(4.2, 4.2, corner: 0), color: color),
        Layer(figure: .box(4.2, 1.4, corner: 0), y: -2.8, color: light),
      ]
    case .ball:
      return [
        Layer(figure: .ellipse(4.6, 4.6), color: color),
        Layer(
          figure: .ellipse(1.3, 1.3), x: -1.6, y: -1.6, color: .init(255, 255, 255), alpha: 0.8),
      ]
    case .bowl:
      return [
        Layer(figure: .lowerHalfDisc(radius: 6.3), y: -1.5, color: color),
        Layer(figure: .ellipse(6.3, 2.2), y: -1.5, color: light),
        Layer(figure: .ellipse(4.8, 1.3), y: -1.5, color: dark),
      ]
    }
  }
}

extension Gripper {
  /// Stem, bar and two fingers. Closed, the fingers are together and magenta.
  var layers: [Layer] {
    let half: Float = isClosed ? 2.2 : 5
    let finger = isClosed ? Palette.closedFinger : Palette.steel
    return [
      Layer(figure: .box(1.2, 3, corner: 0), y: -8, color: Palette.stem),
      Layer(figure: .box(half + 0.9, 1.1, corner: 0), y: -5, color: Palette.steel),
      Layer(figure: .box(0.9, 3.2, corner: 0), x: -half, y: -1.8, color: finger),
      Layer(figure: .box(0.9, 3.2, corner: 0), x: half, y: -1.8, color: finger),
    ]
  }

  /// A cross on the table below the gripper: without it, a high gripper and a far one look alike.
  static let groundCross = [
    Layer(figure: .box(2.5, 0.5, corner: 0), color: Palette.steel, alpha: 0.55),
    Layer(figure: .box(0.5, 2.5, corner: 0), color: Palette.steel, alpha: 0.55),
  ]
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
