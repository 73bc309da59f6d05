import Tensors

/// Exercise 1: cutting images into patches, against a loop over every pixel.
///
/// - Letters: B images, H×W pixels of C colors, S the side of a square, P = (H/S)·(W/S) patches.
public enum Patches: Oracle {
  public typealias Function = (_ images: Tensor, _ size: Int) -> Tensor
  public static let tolerance = 0.0

  public enum Mistake: String, CaseIterable {
    case notPermuted =
      "reshaped without permuting: a “patch” is a run of pixels in memory, not a square"
    case columnByColumn = "the patches are in column order: they go row by row from the top left"
    case pixelsTransposed = "rows and columns of the pixels within each patch trade places"
    case colorsFirst =
      "the colors come first within a patch: the three colors of one pixel stay together"
    case fromTheBottom = "the rows of patches start at the bottom"
  }

  public struct Case: CustomStringConvertible {
    let (B, H, W, C, S): (Int, Int, Int, Int, Int)
    let pixels: [Float]
    public var description: String { "images [\(B), \(H), \(W), \(C)], size \(S)" }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    [
      (2, 4, 6, 3, 2), (1, 6, 4, 3, 2), (1, 4, 4, 1, 2), (2, 8, 8, 3, 4), (1, 3, 3, 3, 3),
      (3, 2, 6, 2, 2), (1, 6, 3, 4, 3), (2, 1, 5, 3, 1), (1, 1, 1, 1, 1), (1, 2, 8, 3, 2),
    ].map { B, H, W, C, S in
      Case(B: B, H: H, W: W, C: C, S: S, pixels: random.normals(B * H * W * C))
    }
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    [Answer("the patches", function(Tensor(c.pixels, shape: [c.B, c.H, c.W, c.C]), c.S))]
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    let (rows, columns, S, C) = (c.H / c.S, c.W / c.S, c.S, c.C)
    let (P, length) = (rows * columns, c.S * c.S * c.C)
    var patches = doubles(c.pixels)
    for b in 0..<(mistakes.contains(.notPermuted) ? 0 : c.B) {
      for y in 0..<c.H {
        for x in 0..<c.W {
          var (row, column, inRow, inColumn) = (y / S, x / S, y % S, x % S)
          if mistakes.contains(.fromTheBottom) { row = rows - 1 - row }
          if mistakes.contains(.pixelsTransposed) { (inRow, inColumn) = (inColumn, inRow) }
          if mistakes.contains(.columnByColumn) { (row, column) = (column, row) }
          let across = mistakes.contains(.columnByColumn) ? rows : columns
          let patch = row * across + column
          for color in 0..<C {
            let pixel = inRow * S + inColumn
            let place = mistakes.contains(.colorsFirst) ? color * S * S + pixel : pixel * C + color
            patches[(b * P + patch) * length + place] =
              Double(c.pixels[((b * c.H + y) * c.W + x) * C + color])
          }
        }
      }
    }
    return [Answer("the patches", patches, shape: [c.B, P, length])]
  }
}
