import ArgumentParser
import Blackboard
import Files
import Foundation
import Images
import NanoVLA
import VLMs

/// `nanovla predict`: predicts a robot's next action with a policy.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict a robot's next action from an image and an instruction.",
    discussion: """
      The model is a folder in Hugging Face's layout of a VLM that generates actions, or the folder \
      of a policy that nanovla train or nanovla rl wrote: nanovla predict --model-path openvla-7b \
      --image camera.png --unnorm-key bridge_orig "pick up the red cup"
      """)

  @Option(help: "Folder of the model: config.json, model.safetensors, …")
  var modelPath: String

  @Option(help: "PNG image of any size from the robot's camera.")
  var image: String

  @Option(help: "Dataset whose statistics convert the model's output to robot units.")
  var unnormKey: String?

  @Option(help: "State of the robot, for a policy that uses it; of the gripper: x,y,z,closed.")
  var proprioception: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Argument(help: "The instruction, in quotation marks.")
  var instruction: String

  func run() throws {
    let clock = ContinuousClock()
    let picture = try RGBImage(png: URL(fileURLWithPath: image))
    let policy = try policy()
    let state = try robotState(for: policy)
    let observation = try policy.observation(of: picture, proprioception: state)
    var chunk: [RobotAction] = []
    let time = try clock.measure {
      chunk = try showingProgress(of: policy, tokens: policy.space.count - 1) {
        try policy.firstChunk(seeing: observation, instruction: instruction)
      }
    }
    let action = chunk[0]
    let names = policy.space.dimensions.map(\.name)
    if json {
      try printJSON(
        Prediction(
          action: action.values, chunk: chunk.map(\.values), names: names,
          gripperConvention: policy.space.gripperConvention.rawValue,
          seconds: time / .seconds(1)))
    } else {
      for (name, value) in zip(names, action.values) {
        print(
          name.padding(toLength: 12, withPad: " ", startingAt: 0), String(format: "%+.5f", value))
      }
      print(policy.space.remark)
    }
  }
}

private struct Prediction: Encodable {
  let action: [Float]  // the first of the chunk
  let chunk: [[Float]]
  let names: [String]
  let gripperConvention: String
  let seconds: Double
}
