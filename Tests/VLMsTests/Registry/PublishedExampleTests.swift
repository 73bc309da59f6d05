import Tabletop
import Testing
import VLMs

@Suite struct PublishedExampleTests {
  @Test("the correct port matches the reference's shape and values at every stage")
  func right() throws {
    let example = try PublishedExample.bundled()
    let run = try example.run(try example.port())
    #expect(run.stages.count == 7)
    for stage in run.stages {
      #expect(stage.ours.shape == stage.reference.shape, "\(stage.name)")
      let difference = stage.largestDifference
      #expect(difference < 1e-4, "\(stage.name): \(difference)")
    }
    #expect(run.largestDifference < 1e-4)
    #expect(run.otherTokens == 0)
    #expect(run.actionDifference < 1e-4)
  }

  @Test("a small mistake changes the values without an error")
  func mistakes() throws {
    let example = try PublishedExample.bundled()
    let right = try example.port()
    let mistakes: [(inout PublishedExample.Port) -> Void] = [
      { $0.configuration.language.epsilon = 1e-5 },
      { $0.configuration.dinov2.activation = .geluTanh },
      { $0.preprocessor.filter = .bilinear },
      { $0.preprocessor.normalizations.reverse() },
    ]
    for (number, spoil) in mistakes.enumerated() {
      var port = right
      spoil(&port)
      let run = try example.run(port)
      #expect(run.scoreDifference > 1e-4, "mistake \(number)")
      #expect(run.largestDifference > 1e-4, "mistake \(number)")
    }
  }

  @Test("a prompt of another length gives stages of another shape, with infinite difference")
  func otherShape() throws {
    let example = try PublishedExample.bundled()
    var port = try example.port()
    port.promptIDs.removeLast()
    let run = try example.run(port)
    let prompt = run.stages.first { $0.name == "merged_inputs_embeds" }
    #expect(prompt?.largestDifference == .infinity)
    #expect(run.scoreDifference.isFinite)
  }
}
