import Foundation
import NanoVLA
import Tabletop
import TestSupport
import Testing

@Suite struct PositionEncodingTests {
  @Test("a line's rows are the sines and cosines of the position over 1 and over 100")
  func line() {
    // Width 4: frequencies 10000^0 = 1 and 10000^(−1/2) = 0.01.
    let expected: [Float] = [
      0, 0, 1, 1,
      0.8414710, 0.0099998, 0.5403023, 0.9999500,
      0.9092974, 0.0199987, -0.4161468, 0.9998000,
    ]
    let found = PositionEncoding.line(count: 3, width: 4)
    #expect(found.shape == [3, 4])
    #expect(maximumDifference(found.values, expected) < 1e-6)
  }

  @Test("a grid spends the first half on the row and the second on the column")
  func grid() {
    let (sin1, cos1): (Float, Float) = (0.8414710, 0.5403023)
    let expected: [Float] = [
      0, 1, 0, 1,
      0, 1, sin1, cos1,
      sin1, cos1, 0, 1,
      sin1, cos1, sin1, cos1,
    ]
    let found = PositionEncoding.grid(side: 2, width: 4)
    #expect(found.shape == [4, 4])
    #expect(maximumDifference(found.values, expected) < 1e-6)
  }

  @Test("all positions of an 8×8 grid have different vectors")
  func different() {
    let grid = PositionEncoding.grid(side: 8, width: 64)
    let rows = Set((0..<64).map { p in (0..<64).map { grid[p, $0] } })
    #expect(rows.count == 64)
  }

  @Test("of a width that is not a multiple of 4 the last columns are zero", arguments: 1...3)
  func indivisible(rest: Int) {
    let (found, whole) = (
      PositionEncoding.grid(side: 2, width: 4 + rest), PositionEncoding.grid(side: 2, width: 4)
    )
    #expect(found.shape == [4, 4 + rest])
    for p in 0..<4 {
      for column in 0..<4 + rest {
        #expect(found[p, column] == (column < 4 ? whole[p, column] : 0))
      }
    }
  }
}
