import NanoVLA
import Runs
import Tabletop

/// The upper rungs: the policy acts.
extension Diagnosis {
  private func rollouts(
    in world: (any Environment)? = nil, _ seeds: [UInt64], horizon: Int? = nil
  ) throws -> [Episode] {
    let loop = ClosedLoop(
      in: world ?? environment, executionHorizon: horizon ?? executionHorizon)
    return try loop(policy, seeds: seeds)
  }

  func trainingLayouts() throws -> Finding {
    let seeds = demonstrations.prefix(episodes).map(\.seed)
    let ended = try rollouts(seeds)
    let success = SuccessRate(of: ended)
    if let finding = try longChunk(seeds, ended) { return finding }
    guard success.interval.upperBound > 0.5 else {
      if let text = ReferenceBackbone(policy).damagedWeights() {
        return .fault(.damagedWeights, "\(success)", evidence: text)
      }
      let endings = Dictionary(grouping: ended.filter { !$0.ending.isSuccess }, by: \.ending.name)
      let most = endings.max { $0.value.count < $1.value.count }?.key ?? ""
      return .weak(
        "\(success)",
        evidence: "it does what was demonstrated, but its errors compound (most often: \(most))",
        next: "more demonstrations or training steps; nanovla evaluate --sheet shows its failures")
    }
    return .passes("\(success)")
  }

  /// Whether the policy does better if it observes more often. A chunk of two is no long one.
  private func longChunk(_ seeds: [UInt64], _ ended: [Episode]) throws -> Finding? {
    guard executionHorizon > 2 else { return nil }
    for shorter in [2, executionHorizon / 2] {
      let short = try rollouts(seeds, horizon: shorter)
      let pair = PairedComparison(short.map(\.ending.isSuccess), ended.map(\.ending.isSuccess))
      guard pair.difference > 0.1, pair.pValue < 0.01 else { continue }
      let (found, evidence) = (
        "\(SuccessRate(of: ended))",
        "observing after \(shorter) actions instead of \(executionHorizon): \(pair.first)"
      )
      // A policy that still succeeds three times in four is not broken by it.
      return pair.second.rate < 0.75 * pair.first.rate
        ? .fault(.longChunk, found, evidence: evidence)
        : .weak(found, evidence: evidence, next: Cause.longChunk.next)
    }
    return nil
  }

  func heldOutLayouts() throws -> Finding {
    let trained = SuccessRate(of: try rollouts(demonstrations.prefix(episodes).map(\.seed)))
    let seeds = environment.heldOutSeeds(episodes)
    let ended = try rollouts(seeds)
    let success = SuccessRate(of: ended)
    if let finding = try longChunk(seeds, ended) { return finding }
    guard success.interval.upperBound > 0.5 * trained.rate else {
      if let text = ReferenceBackbone(policy).damagedWeights() {
        return .fault(.damagedWeights, "\(success)", evidence: text)
      }
      return .weak(
        "\(success)", evidence: "overfitted: \(trained) on the layouts it was trained on",
        next: "more demonstrations, or more weight decay")
    }
    guard success.interval.upperBound > 0.5 else {
      return .weak(
        "\(success)",
        evidence: "it fails more often than not, though not from a fault: \(trained) on the "
          + "layouts it was trained on",
        next: "more demonstrations or training steps, or practice from outcomes: nanovla rl")
    }
    return .passes("\(success)")
  }

  /// Told another task of the scene, the policy must leave the scene's own task alone.
  func anotherInstruction() throws -> Finding {
    guard let world = control(.otherInstruction) else { return .passes("no such control here") }
    let ended = try rollouts(in: world, environment.heldOutSeeds(episodes))
    let original = SuccessRate(ended.map(\.achievedOriginalTask))
    let told = SuccessRate(of: ended)
    let found = "does it in \(told.rate), the original task in \(original.rate)"
    guard original.interval.lowerBound <= max(0.25, told.rate) else {
      return .fault(.instructionIgnored, found, evidence: "it does the same whatever it is told")
    }
    return .passes(found)
  }

  func blankImage() throws -> Finding {
    guard let world = control(.blankImage) else { return .passes("no such control here") }
    let seeds = environment.heldOutSeeds(episodes)
    let (blank, seeing) = (
      SuccessRate(of: try rollouts(in: world, seeds)), SuccessRate(of: try rollouts(seeds))
    )
    guard blank.interval.lowerBound <= max(0.25, 0.6 * seeing.rate) else {
      return .fault(.imageIgnored, "\(blank)", evidence: "it succeeds without seeing anything")
    }
    return .passes("\(blank)")
  }

  private func control(_ control: TabletopEnvironment.Control) -> TabletopEnvironment? {
    guard let tabletop = environment as? TabletopEnvironment else { return nil }
    return TabletopEnvironment(
      tabletop.suite, imageSize: policy.backbone.imageSize ?? 64, control: control)
  }
}
