import Files
import Foundation
import NanoVLA
import Runs
import Tabletop
import Testing

@Suite struct RLConfigurationTests {
  @Test("the seed's fields are there, and JSON brings the same settings back")
  func roundTrip() throws {
    var configuration = RLConfiguration(
      sftModelPath: "path/to/sft/model", experimentName: "my_rl_experiment",
      dataset: "tabletop_long", totalEpochs: 50, seed: 7)
    configuration.settings.clipHigh = 0.3
    let data = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(RLConfiguration.self, from: data) == configuration)
    #expect(try configuration.suite() == .long)
  }

  @Test("what JSON leaves out has the dataset's default")
  func defaults() throws {
    let text = #"{"dataset": "tabletop_long", "totalEpochs": 3}"#
    let found = try JSONDecoder().decode(RLConfiguration.self, from: Data(text.utf8))
    #expect(found == RLConfiguration(dataset: "tabletop_long", totalEpochs: 3))
    #expect(found.settings.groups == 64 && found.settings.minibatchSize == 512)
  }

  @Test(
    "LIBERO's datasets are refused with what they would need",
    arguments: ["libero_10", "libero_90", "libero_spatial", "libero_object", "libero_goal"])
  func libero(dataset: String) {
    let error = #expect(throws: RLConfigurationError.self) {
      try RLConfiguration(dataset: dataset).suite()
    }
    let text = "\(error.map(\.description) ?? "")"
    #expect(text.contains(dataset) && text.contains("simulator") && text.contains("tabletop_long"))
    #expect(!text.contains("\n"))
  }

  @Test("settings that no run can have are refused by name and value")
  func refused() {
    func problem(_ change: (inout RLConfiguration) -> Void) -> String {
      var configuration = RLConfiguration()
      change(&configuration)
      let error = #expect(throws: RLConfigurationError.self) { try configuration.check() }
      return error.map(\.description) ?? ""
    }
    #expect(problem { $0.settings.groupSize = 1 }.contains("groupSize is 1"))
    #expect(problem { $0.settings.temperature = .nan }.contains("temperature is nan"))
    #expect(problem { $0.settings.learningRate = -1 }.contains("learningRate is -1.0"))
    #expect(
      problem { ($0.settings.groups, $0.settings.groupSize) = (10_000, 1_000) }.contains(
        "groups · groupSize"))
    #expect(problem { $0.numGPUs = 8 }.contains("numGPUs is 8"))
    #expect(problem { $0.dataset = "bridge" }.contains("bridge"))
  }
}
