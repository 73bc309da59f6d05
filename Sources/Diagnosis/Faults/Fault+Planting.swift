import NanoVLA
import Runs
import Tabletop
import Tensors

extension Fault {
  /// The policy to plant it in: a few seconds of training, in a place where the fault shows. Chunks
  /// executed too long need long chunks; one bin more or less shows if bins are wide; positions
  /// matter most where two objects look alike.
  public func recipe(seed: UInt64 = 0) -> CloningRecipe {
    let suite: Suite =
      self == .noPositions || self == .causalMask ? .spatial : .object
    var recipe = CloningRecipe(for: suite, demonstrations: isInUpdate ? 3 : 50, seed: seed)
    if self == .longChunk { recipe.chunk = 8 }
    if self == .offByOneToken { recipe.head = .tokens(bins: 8) }
    return recipe
  }

  /// A healthy setup to plant it in.
  /// - Throws: as ``Setup/init(_:edited:)``.
  public func setup(seed: UInt64 = 0) throws -> Setup {
    try Setup(recipe(seed: seed)) { self == .minMaxAsQuantiles ? withJerks($0) : $0 }
  }

  /// Two steps of the teleoperator are eight times as long as any other: fewer than 1 % of all.
  private func withJerks(_ demonstrations: [Demonstration]) -> [Demonstration] {
    demonstrations.enumerated().map { index, demonstration in
      guard index < 2 else { return demonstration }
      let jerk: Float = index == 0 ? 8 : -8
      var actions = demonstration.actions
      actions[0] = [0.2 * jerk, 0.2 * jerk, 0.3 * jerk] + actions[0][3...]
      return demonstration.with(actions: actions)
    }
  }

  /// The same setup with this fault. Faults of the update leave a policy as it is.
  public func planted(in healthy: Setup) throws -> Setup {
    var setup = healthy
    setup.policy = try planted(in: healthy.policy)
    switch self {
    case .longChunk: setup.executionHorizon = healthy.policy.head.chunk
    case .lateActions: setup.policy = try trainedOnLateActions(healthy)
    case .fullStop: setup.environment = PunctuatedEnvironment(healthy.environment)
    default: break
    }
    return setup
  }

  /// The faults that a policy on the toy VLM has by itself: ``planted(in:)-(VLA)``.
  public static let ofPolicies: [Fault] = [
    .gripperSign, .offByOneToken, .wrongKey, .noStatistics, .flippedImage, .pixelRange,
    .invertedMask, .causalMask, .noPositions, .stateOrder,
  ]

  /// The same policy, on the toy VLM, with this fault. Others than ``ofPolicies`` leave it as it is,
  /// or show only in another setup.
  public func planted(in policy: VLA) throws -> VLA {
    switch self {
    case .gripperSign, .offByOneToken:
      try policy.with(head: FaultyHead(policy.head, self, for: policy.space))
    case .wrongKey, .minMaxAsQuantiles, .noStatistics:
      try policy.with(statistics: wrong(policy.statistics))
    case .flippedImage, .pixelRange, .invertedMask, .causalMask, .noPositions, .stateOrder,
      .fullStop:
      try policy.with(backbone: faulty(policy.backbone))
    case .longChunk, .lateActions, .staleLogProbabilities, .missingTemperature: policy
    }
  }

  private func faulty(_ backbone: any Backbone) -> FaultyBackbone {
    guard let vlm = backbone as? ToyVLM else {
      fatalError("Fault \(rawValue): planted in a toy VLM, not in a \(type(of: backbone))")
    }
    return FaultyBackbone(vlm, self)
  }

  /// The statistics that the policy's numbers are read with.
  private func wrong(_ right: ActionStatistics) throws -> ActionStatistics {
    let action = right.action
    func replaced(q01: [Float], q99: [Float]) throws -> ActionStatistics {
      let moves = zip(right.mask, zip(action.min, action.max)).map { $0 && $1.0 < $1.1 }
      func chosen(_ new: [Float], _ old: [Float]) -> [Float] {
        moves.indices.map { moves[$0] ? new[$0] : old[$0] }
      }
      return try ActionStatistics(
        action: DimensionStatistics(
          mean: action.mean, std: action.std, max: action.max, min: action.min,
          q01: chosen(q01, action.q01), q99: chosen(q99, action.q99)),
        mask: right.mask, proprio: right.proprio, transitions: right.transitions,
        trajectories: right.trajectories)
    }
    switch self {
    case .wrongKey:  // bridge_orig in openvla-7b's config.json, a robot whose units are meters
      return try replaced(
        q01: [-0.028727, -0.041703, -0.026094, -0.080921, -0.092887, -0.207183, 0],
        q99: [0.028310, 0.040855, 0.040162, 0.081920, 0.077929, 0.203826, 1])
    case .minMaxAsQuantiles: return try replaced(q01: action.min, q99: action.max)
    default:  // normalized numbers go to the motors
      return try replaced(q01: action.q01.map { _ in -1 }, q99: action.q99.map { _ in 1 })
    }
  }

  /// A policy that learned, at each step, the action of the step before.
  private func trainedOnLateActions(_ healthy: Setup) throws -> VLA {
    let late = healthy.demonstrations.map { demonstration in
      demonstration.with(
        actions: demonstration.actions.prefix(1) + demonstration.actions.dropLast())
    }
    guard let backbone = healthy.policy.backbone as? ToyVLM else { return healthy.policy }
    let cloning = try healthy.recipe.cloning(
      healthy.recipe.policy(on: backbone, for: late), on: late)
    while !cloning.isDone { cloning.step() }
    return cloning.policy
  }
}

extension Demonstration {
  /// The same episode with other actions.
  func with(actions: [[Float]]) -> Demonstration {
    Demonstration(
      suite: suite, instruction: instruction, seed: seed, frames: frames, actions: actions,
      proprioception: proprioception)
  }
}
