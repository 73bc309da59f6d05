import Foundation
import NanoVLA
import Runs
import Tabletop
import Tensors
import TestSupport
import Testing

@Suite struct ToyVLMTests {
  @Test("the bundled model points within 0.03 of objects on 1,000 fresh scenes")
  func pointing() throws {
    let error = try ToyVLM.bundled().pointingError(scenes: 1000)
    #expect(error.object <= 0.03)
    #expect(error.destination <= 0.06)
  }

  @Test("an untrained model has a pointing error above 0.2")
  func untrained() {
    var random = SeededRandom(seed: 1)
    #expect(ToyVLM(using: &random).pointingError(scenes: 100).object > 0.2)
  }

  @Test("written and loaded, it predicts bit-identical points")
  func roundTrip() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "toyvlm-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let bundled = try ToyVLM.bundled()
    try bundled.write(to: folder)
    let copy = try ToyVLM(contentsOf: folder)
    #expect(copy.configuration == bundled.configuration)
    let image = uniform(1, 64, 64, 3)
    func points(_ model: ToyVLM) throws -> [Float] {
      let (text, mask) = model.encodeText([try model.tokenizer.encode("pick up the red block")])
      return model.ground(vision: model.encodeImage(image), text: text, mask: mask).points.values
    }
    #expect(try points(copy) == points(bundled))
  }

  @Test("all predictions have their documented shapes")
  func shapes() throws {
    let model = try ToyVLM.bundled()
    let ids = try ["pick up the red block", "push the blue ball left"].map {
      try model.tokenizer.encode($0)
    }
    let (text, mask) = model.encodeText(ids)
    let found = model.ground(
      vision: model.encodeImage(uniform(1, 64, 64, 3)), text: text, mask: mask)
    #expect(text.shape == [2, 14, 64])
    #expect(mask.shape == [2, 1, 1, 14])
    #expect(found.points.shape == [2, 3, 2])
    #expect(found.flags.shape == [2, 3])
    #expect(found.intent.shape == [2, 6])
    #expect(found.attention.weights.shape == [1, 4, 6, 64])
  }

  @Test(
    "a state is intent, points, flags, points from the gripper times 4, proprioception, x before y")
  func stateOrder() throws {
    let model = try ToyVLM.bundled()
    let (text, mask) = model.encodeText([try model.tokenizer.encode("pick up the red block")])
    let found = model.ground(
      vision: model.encodeImage(uniform(1, 64, 64, 3)), text: text, mask: mask)
    let gripper: [Float] = [0.2, 0.7, 0.1, 1]  // x, y, z, closed
    let state = model.state(found, proprioception: Tensor(gripper, shape: [1, 4])).values
    #expect(state.count == 6 + 6 + 3 + 6 + 4)
    #expect(abs(state[0..<6].reduce(0, +) - 1) < 1e-5)
    for slot in 0..<3 {
      let (x, y) = (found.points[0, slot, 0], found.points[0, slot, 1])
      #expect(state[6 + 2 * slot] == x && state[7 + 2 * slot] == y)
      #expect(abs(state[15 + 2 * slot] - 4 * (x - 0.2)) < 1e-5)
      #expect(abs(state[16 + 2 * slot] - 4 * (y - 0.7)) < 1e-5)
    }
    #expect(Array(state[21...]) == gripper)
  }
}
