import Foundation
import NanoVLA
import Tensors
var random = SeededRandom(seed: 0)
let model = ToyVLM(using: &random)
print("parameters", model.parameterCount)
let steps = Int(CommandLine.arguments.dropFirst().first ?? "200")!
let training = GroundingPretraining(model, steps: steps)
let began = Date()
var sum: Float = 0
for i in 1...steps {
  sum += training.step()
  if i % 250 == 0 || i == 20 {
    let e = model.pointingError(scenes: 500)
    print(i, sum / Float(i % 250 == 0 ? 250 : 20), e, -began.timeIntervalSinceNow); sum = 0
    fflush(stdout)
  }
}
