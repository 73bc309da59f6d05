import Images
import NanoVLA
import Tabletop

/// The first rung: do the demonstrations do in the world what they show?
extension Diagnosis {
  func replay() throws -> Finding {
    if let difference = spaceDifference() {
      let isGripper = environment.space.gripperConvention != policy.space.gripperConvention
      return .fault(isGripper ? .gripperSign : .otherSpace, "refused", evidence: difference)
    }
    let severe = DataDoctor(demonstrations).severe.filter { $0.kind != .motion }
    if let first = severe.first {
      return .fault(
        first.kind == .gripper ? .gripperSign : .badData, "\(severe.count) damaged places",
        evidence: "\(first.place): \(first.text)")
    }
    let replayed = demonstrations.prefix(episodes)
    if let (cause, evidence) = try beginning(Array(replayed)) {
      return .fault(cause, "the world begins otherwise", evidence: evidence)
    }
    let motion = Motion(demonstrations)
    if let (cause, evidence) = motion.failure {
      return .fault(cause, "actions and motion disagree", evidence: "in the data, \(evidence)")
    }
    let successes = try replayed.count { try succeeds($0) }
    let found = "\(successes) of \(replayed.count) succeed"
    guard successes * 5 >= replayed.count else {
      return .fault(
        .otherWorld, found, evidence: "the actions fit the recorded motion, but not this world")
    }
    return .passes(found)
  }

  private func spaceDifference() -> String? {
    do { try environment.space.check(matches: policy.space) } catch { return "\(error)" }
    return nil
  }

  /// Whether the actions, executed without looking, achieve the task. The recorded actions are the
  /// expert's clean ones, in states that noise has moved: some replays fail.
  private func succeeds(_ demonstration: Demonstration) throws -> Bool {
    var world = try environment.copy()
    try world.reset(to: demonstration.seed)
    for action in demonstration.actions {
      if let ending = try world.step(RobotAction(action)) { return ending.isSuccess }
    }
    return false
  }

  /// Why the world does not begin as the demonstrations do; nil if it does.
  private func beginning(_ demonstrations: [Demonstration]) throws -> (Cause, String)? {
    var votes: [Cause: (count: Int, text: String)] = [:]
    for demonstration in demonstrations {
      var world = try environment.copy()
      try world.reset(to: demonstration.seed)
      guard
        let (cause, text) = difference(
          try world.observation(), world.instruction, from: demonstration)
      else { continue }
      votes[cause, default: (0, text)].count += 1
    }
    let most = votes.max { $0.value.count < $1.value.count }
    guard let most, 2 * most.value.count > demonstrations.count else { return nil }
    return (most.key, "\(most.value.count) of \(demonstrations.count) differ: \(most.value.text)")
  }

  private func difference(
    _ seen: Observation, _ instruction: String, from demonstration: Demonstration
  ) -> (Cause, String)? {
    let (frame, state) = (demonstration.frames[0], demonstration.proprioception[0])
    let isSameLayout = !(seen.proprioception.map { !isNear($0.sorted(), state.sorted()) } ?? false)
    if instruction != demonstration.instruction, isSameLayout {
      func letters(_ text: String) -> String { text.lowercased().filter { $0.isLetter } }
      let quoted = "“\(instruction.prefix(60))” for “\(demonstration.instruction.prefix(60))”"
      return letters(instruction) == letters(demonstration.instruction)
        ? (.punctuation, quoted) : (.words, quoted)
    }
    if let now = seen.proprioception, now.count == state.count, !isNear(now, state) {
      let isReordered = isNear(now.sorted(), state.sorted())
      return (
        isReordered ? .stateOrder : .otherWorld, "proprioception \(now), demonstrated \(state)"
      )
    }
    guard seen.image.width == frame.width, frame != seen.image else { return nil }
    for repair in Repair.ofImage where repair.cause != .imageShifted && repair.cause != .pixelRange
    {
      if repair.observation?(seen).image == frame { return (repair.cause, repair.text) }
    }
    let distances = zip(frame.pixels, seen.image.pixels).map { abs(Int($0) - Int($1)) }
    let mean = Double(distances.reduce(0, +)) / Double(distances.count)
    return mean < 2 ? nil : (.otherWorld, "the first image differs by \(Int(mean)) of 255 a pixel")
  }

  private func isNear(_ a: [Float], _ b: [Float]) -> Bool {
    zip(a, b).allSatisfy { abs($0 - $1) < 1e-3 }
  }
}
