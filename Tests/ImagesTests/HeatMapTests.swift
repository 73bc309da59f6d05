import Images
import Testing

@Suite struct HeatMapTests {
  @Test("values are squares row by row, from white at 0 to blue at the maximum")
  func squares() {
    let map = RGBImage(heatMap: [0, 4, 2, -1, 1, 3], columns: 3, cell: 2)
    #expect(map.width == 6 && map.height == 4)
    #expect(map[0, 0] == .white && map[1, 1] == .white)
    #expect(map[2, 0] == .blue && map[3, 1] == .blue)
    #expect(map[0, 2] == .white)
    // Half of the maximum is halfway between white and blue.
    #expect(map[4, 0] == RGBImage.Color(127, 184, 216))
  }

  @Test("a map of zeros is white")
  func zeros() {
    #expect(RGBImage(heatMap: [0, 0], columns: 2, cell: 1) == RGBImage(width: 2, height: 1))
  }
}
