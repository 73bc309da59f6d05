import Testing

@testable import Simulators

@Suite struct BundledMetaWorldTests {
  @Test("The bundled demonstrations are of three tasks with their texts, and fit a policy")
  func bundled() throws {
    let dataset = try RobotDataset.bundledMetaWorld()
    let tasks = Dictionary(grouping: dataset.episodes, by: \.instruction)
    #expect(tasks.count == 3 && tasks.values.allSatisfy { $0.count == 20 })
    #expect(dataset.header.positionCount == 9 && dataset.space.count == 4)
    let cloning = try RobotCloningTests.recipe().cloning(on: dataset)
    #expect(cloning.examples.count == dataset.frameCount)
    #expect(cloning.step().isFinite)
  }
}
