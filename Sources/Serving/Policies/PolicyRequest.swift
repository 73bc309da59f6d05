import Images
import NanoVLA
import Tensors

/// What a policy remembers of an episode. Each connection has its own, so that clients which are
/// served at the same time get what each would get alone.
struct EpisodeMemory {
  var history: History
  /// Actions that were predicted and are not executed yet.
  var plan: ArraySlice<RobotAction> = []
  var ensemble = TemporalEnsemble()
  /// For heads that sample.
  var random = SeededRandom(seed: 0)
}

/// What a client asks a policy.
struct PolicyRequest {
  let image: RGBImage
  let instruction: String
  let state: [Float]?
  let unnormKey: String?

  init(image: RGBImage, instruction: String?, state: [Float]?, unnormKey: String? = nil) throws {
    guard let instruction, instruction.contains(where: { !$0.isWhitespace }) else {
      throw RequestProblem("the instruction is missing or empty: say what the robot should do")
    }
    guard instruction.utf8.count <= ServingLimits.instructionBytes else {
      throw RequestProblem(
        "an instruction of \(instruction.utf8.count) bytes: at most "
          + "\(ServingLimits.instructionBytes) are read")
    }
    guard state?.count ?? 0 <= ServingLimits.stateNumbers else {
      throw RequestProblem("a state of over \(ServingLimits.stateNumbers) numbers")
    }
    (self.image, self.instruction) = (image, instruction)
    (self.state, self.unnormKey) = (state, unnormKey)
  }
}
