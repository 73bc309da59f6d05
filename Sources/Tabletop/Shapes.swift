import Images

/// What the toy world's things look like: layers of simple figures, in the pixels of a 64×64 picture.
///
/// A figure is given by its signed distance: how far a point is outside it (below 0: inside). A pixel
/// at distance d is covered by the share clip(0.5 − d, 0, 1), which smooths the edges.
/// Source: Quilez, "2D distance functions" (iquilezles.org/articles/distfunctions2d).
enum Figure {
  case ellipse(Float, Float)
  case box(Float, Float, corner: Float)
  case ring(radius: Float, halfWidth: Float)
  case lowerHalfDisc(radius: Float)

  /// No point of the figure is farther than this from its centre, along x and along y.
  var reach: (x: Float, y: Float) {
    switch self {
    case .ellipse(let x, let y), .box(let x, let y, _): return (x, y)
    case .ring(let radius, let halfWidth): return (radius + halfWidth, radius + halfWidth)
    case .lowerHalfDisc(let radius): return (radius, radius)
    }
  }

  /// Signed distance from (`x`, `y`), measured from the figure's centre, y downwards.
  @inline(__always)
  func distance(_ x: Float, _ y: Float) -> Float {
    switch self {
    case .ellipse(let a, let b):
      // Exact for a circle, else to first order: the implicit function over its gradient's length.
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

/// One coat of paint: a figure, moved by (`x`, `y`) from its thing's place in the picture.
struct Layer {
  var figure: Figure
  var x: Float = 0
  var y: Float = 0
  var color: RGBImage.Color
  var alpha: Float = 1
}

extension ObjectShape {
  /// The shape's layers, the lowest first.
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

  /// A cross on the table below the gripper: without it, one picture could not tell high from far.
  static let groundCross = [
    Layer(figure: .box(2.5, 0.5, corner: 0), color: Palette.steel, alpha: 0.55),
    Layer(figure: .box(0.5, 2.5, corner: 0), color: Palette.steel, alpha: 0.55),
  ]
}
