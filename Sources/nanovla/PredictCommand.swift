import ArgumentParser
import Files
import Foundation
import Images
import NanoVLA
import VLMs

/// `nanovla predict`: what a published policy would do now.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict a robot's next action from a picture and an instruction.",
    discussion: """
      The model is a folder as Hugging Face publishes it, of a VLM that speaks actions: \
      nanovla predict --model-path openvla-7b --image camera.png --unnorm-key bridge_orig \
      "pick up the red cup"
      """)

  @Option(help: "The model's folder: config.json, model.safetensors, tokenizer.json, …")
  var modelPath: String

  @Option(help: "A PNG of any size: what the robot's camera sees.")
  var image: String

  @Option(help: "The data set whose statistics turn the model's words into robot units.")
  var unnormKey: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Argument(help: "What to do, in quotation marks.")
  var instruction: String

  func run() throws {
    let clock = ContinuousClock()
    let picture = try RGBImage(png: URL(fileURLWithPath: image))
    let folder = URL(fileURLWithPath: modelPath, isDirectory: true)
    let family = try VLM.family(of: folder)
    guard family.name == VLMFamily.openVLA.name else {
      throw PredictError.hasNoActions(family.name, folder.path)
    }
    let policy = try VLA.fromVLM(family.name, modelPath: modelPath, unnormKey: unnormKey)
    var action = RobotAction([])
    let time = try clock.measure {
      action = try showingProgress(of: policy, tokens: policy.space.count - 1) {
        try policy.predictAction(picture, instruction: instruction)
      }
    }
    let names = policy.space.dimensions.map(\.name)
    if json {
      try printJSON(
        Prediction(
          action: action.values, names: names,
          gripperConvention: policy.space.gripperConvention.rawValue,
          seconds: time / .seconds(1)))
    } else {
      for (name, value) in zip(names, action.values) {
        print(
          name.padding(toLength: 12, withPad: " ", startingAt: 0), String(format: "%+.5f", value))
      }
      print("gripper: \(policy.space.gripperConvention), in robot units")
    }
  }
}

private struct Prediction: Encodable {
  let action: [Float]
  let names: [String]
  let gripperConvention: String
  let seconds: Double
}

/// A model that cannot be asked for actions.
enum PredictError: Error, CustomStringConvertible {
  case hasNoActions(String, String)

  var description: String {
    switch self {
    case .hasNoActions(let family, let folder):
      "\(folder) is a \(family), which speaks no actions: train a head on it (VLA.fromVLM), or take "
        + "an openvla"
    }
  }
}
