import Foundation
import Testing

@testable import NanoVLA
@testable import Runs
@testable import Tabletop

@Suite struct BundledStatisticsTests {
  @Test("the bundled dataset_statistics.json is, letter for letter, that of the bundled actions")
  func bundled() throws {
    let statistics = try ActionStatistics(of: DemonstrationDataset.bundled().demonstrations)
    let file = try DemonstrationDataset.bundledFolder().appending(path: "dataset_statistics.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    let anew = ActionStatistics.json(["tabletop_object": statistics], decimals: 5)
    #expect(anew == text)
  }
}
