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

  @Option(help: "State of the gripper, for a policy that uses it: x,y,z,closed.")
  var proprioception: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Argument(help: "The instruction, in quotation marks.")
  var instruction: String

  func run() throws {
    let clock = ContinuousClock()
    let picture = try RGBImage(png: URL(fileURLWithPath: image))
    let policy = try policy()
    let observation = try policy.observation(of: picture, proprioception: gripperState())
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
      print("gripper: \(policy.space.gripperConvention), in robot units")
    }
  }

  /// Reads a policy folder of this package, or a published VLM that generates actions.
  private func policy() throws -> VLA {
    let own = PolicyFolder(path: modelPath)
    if own.exists { return try own.policy(dataset: unnormKey) }
    let folder = URL(fileURLWithPath: modelPath, isDirectory: true)
    let family = try VLM.family(of: folder)
    guard [VLMFamily.openVLA.name, VLMFamily.piZero.name].contains(family.name) else {
      throw RequestError(
        "\(folder.path) is a \(family.name) checkpoint, which generates no actions: train "
          + "an action head on it (VLA.fromVLM), or use an openvla or pi0 checkpoint")
    }
    let policy = try VLA.fromVLM(family.name, modelPath: modelPath, unnormKey: unnormKey)
    showNotes(of: policy.backbone)
    return policy
  }

  /// The numbers of `--proprioception`.
  private func gripperState() throws -> [Float]? {
    guard let proprioception else { return nil }
    let numbers = proprioception.split(separator: ",", omittingEmptySubsequences: false)
      .map { Float($0.trimmingCharacters(in: .whitespaces)) }
    guard numbers.count == 4, numbers.allSatisfy({ $0?.isFinite == true }) else {
      throw RequestError(
        "--proprioception must be 4 numbers x,y,z,closed, not \(oneLine(proprioception))")
    }
    return numbers.compactMap { $0 }
  }
}

extension VLA {
  /// One observation of the size and with the inputs that this policy reads.
  /// - Throws: ``RequestError`` if the policy needs proprioception and there is none.
  fileprivate func observation(of image: RGBImage, proprioception: [Float]?) throws -> Observation {
    guard proprioception != nil || !usesProprioception else {
      throw RequestError(
        "this policy uses proprioception: give the gripper's state as --proprioception x,y,z,closed"
      )
    }
    guard let size = backbone.imageSize else {
      return Observation(image, proprioception: proprioception)
    }
    return Observation(
      image.resized(width: size, height: size, filter: .bicubic), proprioception: proprioception)
  }

  /// The next actions at the start of an episode: the window repeats the only observation.
  fileprivate func firstChunk(
    seeing observation: Observation, instruction: String
  ) throws -> [RobotAction] {
    var past = History(length: history)
    past.append(observation)
    let chunk = try predictChunk(past.window, instruction: instruction)
    return try chunk.map { try space.clipped(statistics.robotAction($0)) }
  }
}

private struct Prediction: Encodable {
  let action: [Float]  // the first of the chunk
  let chunk: [[Float]]
  let names: [String]
  let gripperConvention: String
  let seconds: Double
}
