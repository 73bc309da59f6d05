import Foundation
import Testing

@testable import Blackboard

/// Bands: how they follow from measurements, what they hold for, and how they are shown.
@Suite struct BandTests {
  @Test("a band is the range of all seeds, widened by its length at each side")
  func widening() {
    let band = Band([0.5, 0.25, 0.4], nil)
    #expect(band.low == 0 && band.high == 0.75)
    let losses = Band([3, 3.5], nil)
    #expect(losses.low == 2.5 && losses.high == 4)
    #expect(losses.contains(2.5) && losses.contains(4) && !losses.contains(4.01))
  }

  @Test("a quantity that was never negative has no negative band, one that was has")
  func sign() {
    #expect(Band([1, 2], nil).low == 0)
    #expect(Band([-1, 2], nil).low == -4)
  }

  @Test("equal whole numbers are exact; other equal numbers have a margin of 1 %")
  func exact() {
    let count = Band([64, 64, 64], nil)
    #expect(count.contains(64) && !count.contains(63) && !count.contains(65))
    #expect(count.text == "64")
    let constant = Band([3.466, 3.466], nil)
    #expect(constant.contains(3.5) && !constant.contains(3.51) && !constant.contains(3.42))
  }

  @Test("a rate stays between 0 and 1, and one success more or less is no surprise")
  func rate() {
    let note = ResultNote(result: "success", isRate: true)
    let always = Band([1, 1, 1], note)
    #expect(always.high == 1 && always.contains(0.985) && !always.contains(0.97))
    let never = Band([0, 0, 0], note)
    #expect(never.low == 0 && never.contains(0.015) && !never.contains(0.03))
    #expect(Band([0.9, 1], note).high == 1)
  }

  @Test("a margin of its own widens a band, but does not narrow it")
  func margin() {
    #expect(Band([1e-7, 2e-7], ResultNote(result: "", margin: 1e-5)).contains(1e-5))
    #expect(Band([1, 2], ResultNote(result: "", margin: 0.1)).contains(2.9))
  }

  @Test("nine of ten results that were not measured lie inside, whatever ten were measured")
  func healthySeeds() {
    // Sums of twelve uniform numbers: nearly normal, from a generator of this test's own.
    var state: UInt64 = 1
    func normal() -> Double {
      (0..<12).reduce(-6) { sum, _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return sum + Double(state >> 11) / Double(1 << 53)
      }
    }
    let outside = (0..<2000).count { _ in
      let band = Band((0..<10).map { _ in normal() }, nil)
      return !band.contains(normal())
    }
    #expect(outside < 20)  // 1 % of 2000; expected are 0.2 %
  }

  @Test(
    "the ends are rounded outward to three digits",
    arguments: [
      (0.93, 1.0, "0.93 to 1"), (0.93149, 0.99451, "0.931 to 0.995"), (0, 1e-5, "0 to 1.00e-05"),
      (12345.6, 20000.0, "12300 to 20000"), (-0.12345, 0.5, "-0.124 to 0.5"),
    ])
  func text(low: Double, high: Double, text: String) {
    #expect(Band(low: low, high: high).text == text)
  }

  @Test("a result shows its mark and band; with other knobs the band alone; without one nothing")
  func cells() {
    let band = Band(low: 0.9, high: 1)
    func kept(_ value: Double, _ band: Band?, _ isComparable: Bool = true) -> Kept {
      Kept(name: "success", value: value, band: band, isComparable: isComparable)
    }
    #expect(kept(0.95, band).cell == "0.95 ✓ (0.9 to 1)")
    #expect(kept(0.5, band).cell == "0.5 ✗ (0.9 to 1)" && kept(0.5, band).isOutside)
    #expect(kept(.nan, band).isOutside)
    #expect(kept(0.5, band, false).cell == "0.5 (0.9 to 1)" && !kept(0.5, band, false).isOutside)
    #expect(kept(0.5, nil).cell == "0.5" && !kept(0.5, nil).isOutside)
  }

  @Test("a note with a star describes all results that begin with its name")
  func notes() {
    #expect(ResultNote(result: "success*").describes("success10"))
    #expect(ResultNote(result: "success*").describes("success"))
    #expect(!ResultNote(result: "success").describes("success10"))
    #expect(!ResultNote(result: "success*").describes("twoMode_success"))
  }

  @Test("a curve's band is the range of all seeds in each column, with straight lines between")
  func curves() {
    let band = CurveBand([[(0, 1), (10, 3)], [(0, 2), (10, 7)]], columns: 5)
    #expect(band.x == [0, 10] && band.low == [1, 3] && band.high == [2, 7])
    #expect(band.range(atX: 5) == (low: 2, high: 4.5))
    #expect(band.range(atX: -1) == (low: 1, high: 2) && band.range(atX: 11) == (low: 3, high: 7))
    #expect(CurveBand([[], []]).x.isEmpty)
  }

  @Test("the file of bands is read as it was written")
  func file() throws {
    var bands = LessonBands(knobs: ["let a = \"//\"", "let b = 2"])
    bands.seeds = [0, 1]
    bands.results = ["loss": [0.5, nil], "x": [1, 2]]
    bands.charts = ["a.png": ["held out": CurveBand([[(0, 0.123456), (1, 2)]])]]
    let read = try JSONDecoder().decode(LessonBands.self, from: Data(bands.json.utf8))
    #expect(read.knobs == bands.knobs && read.seeds == bands.seeds)
    #expect(read.results == bands.results)
    #expect(read.charts["a.png"]?["held out"]?.high == [0.1235, 2])
  }
}
