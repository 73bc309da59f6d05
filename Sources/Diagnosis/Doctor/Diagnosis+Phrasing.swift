import NanoVLA
import Tabletop

/// The last rung: the words are the same to a reader, and must be to the policy.
extension Diagnosis {
  /// The same instruction, written otherwise.
  func phrasing() throws -> Finding {
    let frames = Frames(demonstrations, for: policy, count: 32)
    let ruler = try ActionRuler(demonstrations, space: policy.space)
    func actions(_ frames: Frames) throws -> [[Float]] {
      try frames.predictions(policy).map { try policy.statistics.robotAction($0[0]).values }
    }
    let own = try actions(frames)
    func change(_ edit: @escaping (String) -> String) throws -> Float {
      ruler.agreement(try actions(frames.edited(instruction: edit)), own).error
    }
    let stop: Float
    do { stop = try change { $0 + "." } } catch {
      return .fault(.punctuation, "refused", evidence: "with a full stop: \(error)")
    }
    guard stop < 0.02 else {
      return .fault(
        .punctuation, "a full stop changes the actions by \(rounded(Double(stop)))",
        evidence: "“pick up the red cup.” is not “pick up the red cup” to this policy")
    }
    let capitals = try change { $0.capitalized }
    guard capitals < 0.02 else {
      return .fault(
        .punctuation, "capitals change the actions by \(rounded(Double(capitals)))",
        evidence: "“Pick Up” is not “pick up” to this policy")
    }
    let reversed = try change { $0.split(separator: " ").reversed().joined(separator: " ") }
    return .passes("change the actions by 0, 0 and \(rounded(Double(reversed)))")
  }
}
