import Blackboard
import Files
import Foundation
import Images
import NanoVLA
import VLMs

/// The policy that predicts, and what it is given.
extension PredictCommand {
  /// Reads a policy folder of this package, or a published VLM that generates actions.
  func policy() throws -> VLA {
    let own = PolicyFolder(path: modelPath)
    if own.exists { return try own.policy(dataset: unnormKey) }
    let policy = try VLA.published(
      modelPath, unnormKey: unnormKey, givesState: proprioception != nil)
    let isExpert = policy.isExpert
    let scaling = (policy.backbone as? VLM)?.stateScaling
    if isExpert, proprioception != nil, scaling == nil {
      throw RequestError(
        "\(modelPath) has no statistics of the robot's state, so --proprioception has no unit: add "
          + "state_mean and state_std to its processor_config.json, or leave the option out")
    }
    if isExpert, proprioception == nil {
      let numbers = scaling.map { ": give it as --proprioception, \($0.count) numbers" } ?? ""
      showNote("the state of the robot is unknown, so its normalized numbers are 0\(numbers)")
    }
    return policy
  }

  /// The numbers of `--proprioception`.
  func robotState(for policy: VLA) throws -> [Float]? {
    guard let proprioception else { return nil }
    guard policy.usesProprioception else {
      throw RequestError("this policy uses no proprioception: leave out --proprioception")
    }
    let count = policy.backbone.proprioceptionCount
    let numbers = proprioception.split(separator: ",", omittingEmptySubsequences: false)
      .map { Float($0.trimmingCharacters(in: .whitespaces)) }
    guard numbers.count == count, numbers.allSatisfy({ $0?.isFinite == true }) else {
      let names = count == 4 ? " x,y,z,closed" : ""
      throw RequestError(
        "--proprioception must be \(count) numbers\(names), not \(oneLine(proprioception))")
    }
    return numbers.compactMap { $0 }
  }
}

extension VLA {
  /// One observation of the size and with the inputs that this policy reads.
  /// - Throws: ``RequestError`` if the policy needs proprioception and there is none.
  func observation(of image: RGBImage, proprioception: [Float]?) throws -> Observation {
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
  func firstChunk(
    seeing observation: Observation, instruction: String
  ) throws -> [RobotAction] {
    var past = History(length: history)
    past.append(observation)
    let chunk = try predictChunk(past.window, instruction: instruction)
    return try chunk.map { try space.clipped(statistics.robotAction($0)) }
  }
}

extension ActionSpace {
  /// What its numbers mean, in one line.
  var remark: String {
    if dimensions[0].unit == Self.normalizedUnit {
      return "normalized numbers: the folder has no statistics of actions, which give them a unit"
    }
    return grippers.isEmpty ? "in robot units" : "gripper: \(gripperConvention), in robot units"
  }
}
