import Foundation
import Testing
import VLMs

@testable import Files
@testable import NanoVLA
@testable import Runs
@testable import Tabletop
@testable import Tensors

@Suite struct CloningRecipeTests {
  private func recipe(_ change: (inout CloningRecipe) -> Void = { _ in }) -> CloningRecipe {
    var recipe = CloningRecipe(for: .object, demonstrations: 4)
    recipe.steps = 30
    change(&recipe)
    return recipe
  }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "cloning-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test("the policy is what the recipe says, and a recipe makes the same one twice")
  func makes() throws {
    let recipe = recipe {
      ($0.head, $0.chunk, $0.history, $0.seed, $0.suite) = (.l1, 3, 2, 5, .goal)
    }
    let cloning = try recipe.cloning()
    #expect(cloning.policy.head is ContinuousHead)
    #expect(cloning.policy.head.chunk == 3 && cloning.policy.history == 2)
    #expect(cloning.schedule.steps == 30)
    #expect(cloning.policy.statistics.count == 7)
    while !cloning.isDone { cloning.step() }
    #expect(cloning.losses.count == 30 && cloning.losses[29] < cloning.losses[0])
    let twin = try recipe.cloning()
    while !twin.isDone { twin.step() }
    #expect(twin.losses == cloning.losses)
  }

  @Test("demonstrations of a folder are taken in their order, and too few are refused")
  func fromFolder() throws {
    try withFolder { folder in
      let written = try DemonstrationDataset.generate(suite: .object, count: 3, firstSeed: 70)
      try written.write(to: folder)
      var recipe = recipe { ($0.data, $0.demonstrationCount) = (folder.path, 2) }
      let backbone = try recipe.makeBackbone()
      let found = try recipe.demonstrations(for: backbone)
      #expect(found == Array(written.demonstrations.prefix(2)))
      recipe.demonstrationCount = 4
      #expect(throws: CloningRecipeError.tooFew(folder.path, found: 3, wanted: 4)) {
        try recipe.demonstrations(for: backbone)
      }
    }
  }

  @Test("a FAST head without merges learns those of the recipe's demonstrations, which are saved")
  func fast() throws {
    try withFolder { folder in
      let recipe = recipe { ($0.head, $0.chunk, $0.steps) = (.fast, 4, 3) }
      let cloning = try recipe.cloning()
      let head = try #require(cloning.policy.head as? FASTHead)
      let demonstrations = try recipe.demonstrations(for: .bundled())
      let learned = try FASTTokenizer(
        of: demonstrations, normalizedBy: cloning.policy.statistics, steps: 4,
        scale: head.tokenizer.scale)
      #expect(head.tokenizer == learned && !learned.pairs.isEmpty)
      while !cloning.isDone { cloning.step() }
      #expect(try recipe.cloning().policy.head.expectedInitialLoss(cloning.examples.expert) > 4)
      try cloning.policy.write(to: folder)
      let read = try VLA(contentsOf: folder)
      #expect((read.head as? FASTHead)?.tokenizer == learned)
      #expect(read.parameters.map(\.values) == cloning.policy.parameters.map(\.values))
    }
  }

  @Test(
    "training that stops at any step and resumes elsewhere ends bit-identical",
    arguments: [ActionHeadKind.tokens(bins: 16), .flow])
  func resumes(head: ActionHeadKind) throws {
    try withFolder { folder in
      let file = folder.appending(path: BehaviorCloning.checkpointFile)
      let recipe = recipe { ($0.head, $0.steps) = (head, 6) }
      let whole = try recipe.cloning()
      while !whole.isDone { whole.step() }
      try recipe.cloning().writeCheckpoint(of: recipe, to: file)
      for _ in 0..<6 {
        let part = try recipe.cloning()
        try part.restore(from: file, of: recipe)
        part.step()
        try part.writeCheckpoint(of: recipe, to: file)
      }
      #expect(try BehaviorCloning.recipe(in: file) == recipe)
      let resumed = try recipe.cloning()
      try resumed.restore(from: file, of: recipe)
      #expect(resumed.isDone)
      #expect(resumed.losses == whole.losses)
      #expect(resumed.policy.parameters.map(\.values) == whole.policy.parameters.map(\.values))
      #expect(resumed.optimizer.state == whole.optimizer.state)
      #expect(resumed.random.state == whole.random.state)
    }
  }

  @Test("damaged checkpoints are refused in one line that names the file, and change nothing")
  func damaged() throws {
    try withFolder { folder in
      let file = folder.appending(path: BehaviorCloning.checkpointFile)
      let recipe = recipe()
      let cloning = try recipe.cloning()
      cloning.step()
      try cloning.writeCheckpoint(of: recipe, to: file)
      cloning.step()
      let good = try Data(contentsOf: file)
      let (weights, state) = (cloning.policy.head.parameters.map(\.values), cloning.optimizer.state)
      func problem(_ data: Data, of recipe: CloningRecipe) throws -> String {
        try data.write(to: file)
        var caught: (any Error)?
        do { try cloning.restore(from: file, of: recipe) } catch { caught = error }
        #expect(cloning.policy.head.parameters.map(\.values) == weights)
        #expect(cloning.optimizer.state == state)
        #expect(cloning.stepsDone == 2)
        return "\(try #require(caught))"
      }
      func replaced(_ one: String, by other: String) throws -> Data {
        var data = good
        data.replaceSubrange(try #require(data.range(of: Data(one.utf8))), with: Data(other.utf8))
        return data
      }
      var damages = [0, 7, 100, good.count - 1].map { good.prefix($0) }
      damages.append(try replaced(#"\"steps\":1"#, by: #"\"steps\":-"#))
      damages.append(try replaced(#"\"steps\":1"#, by: #"\"steps\":2"#))
      damages.append(try replaced(#""run""#, by: #""ruin"#))
      let other = try replaced(Processor.kernel, by: String(Processor.kernel.reversed()))
      #expect(try problem(other, of: recipe).contains("this machine computes other numbers with"))
      damages.append(try replaced(#""losses""#, by: #""glosse"#))
      damages.append(try replaced(#"\"chunk\":2"#, by: #"\"chunk\":0"#))
      var notNumber = good
      notNumber.replaceSubrange(good.count - 4..<good.count, with: [0, 0, 0xC0, 0x7F])
      damages.append(notNumber)
      for damage in damages {
        let text = try problem(damage, of: recipe)
        #expect(!text.contains("\n"), "\(text)")
      }
      var changed = recipe
      changed.weightDecay = 0
      #expect(try problem(good, of: changed).contains("other settings"))
    }
  }

  @Test("a checkpoint of other demonstrations is refused")
  func otherDemonstrations() throws {
    try withFolder { folder in
      let file = folder.appending(path: BehaviorCloning.checkpointFile)
      let recipe = recipe()
      try recipe.cloning().writeCheckpoint(of: recipe, to: file)
      let backbone = try recipe.makeBackbone()
      let others = try DemonstrationDataset.generate(suite: .object, count: 4, firstSeed: 9)
      let cloning = try recipe.cloning(
        recipe.policy(on: backbone, for: others.demonstrations), on: others.demonstrations)
      let error = #expect(throws: CheckpointError.self) {
        try cloning.restore(from: file, of: recipe)
      }
      #expect(error.map(\.description)?.contains("other demonstrations") == true)
    }
  }

  @Test("numbers that no training can have are refused by name")
  func outOfRange() throws {
    let changes: [(name: String, change: (inout CloningRecipe) -> Void)] = [
      ("demonstrations", { $0.demonstrationCount = 0 }), ("noise", { $0.noise = .nan }),
      ("flips", { $0.flips = 1.5 }), ("head: bins", { $0.head = .tokens(bins: 1) }),
      ("chunk", { $0.chunk = 65 }), ("history", { $0.history = 0 }), ("steps", { $0.steps = 0 }),
      ("learning rate", { $0.learningRate = 0 }), ("weight decay", { $0.weightDecay = -1 }),
    ]
    for (name, change) in changes {
      let error = #expect(throws: CloningRecipeError.self) { try recipe(change).cloning() }
      #expect(error.map(\.description)?.hasPrefix(name) == true)
    }
  }

  @Test("datasets are named after their suites, and LIBERO's need a simulator")
  func datasets() throws {
    for suite in Suite.allCases { #expect(try Suite(dataset: suite.dataset) == suite) }
    let libero = #expect(throws: RLConfigurationError.self) { try Suite(dataset: "libero_10") }
    #expect(libero.map(\.description)?.contains("simulator") == true)
    let moon = #expect(throws: RLConfigurationError.self) { try Suite(dataset: "moon") }
    #expect(moon.map(\.description)?.contains("tabletop_obstacle") == true)
  }
}
