import NanoVLA
import Tensors

/// A VLM as the backbone of a policy.
extension VLM {
  public var name: String { family }
  public var publishedParameters: [Tensor] { folder == nil ? [] : network.parameters }
  public var imageSize: Int? { nil }

  /// As many as ``stateScaling`` has, for an action expert; else 4.
  public var proprioceptionCount: Int {
    readout == .wholePrompt ? stateScaling?.count ?? 4 : 4
  }

  public func stateWidth(usesProprioception: Bool) -> Int { width + (usesProprioception ? 4 : 0) }

  /// D
  var width: Int { network.language.embedding.weight.dim(1) }

  public func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor {
    try rows(
      observations, instructions, usesProprioception: usesProprioception && readout == .lastToken
    ) {
      let (prompt, reader) = try reading($0.image, robotQuestion($1))  // → [1, T, D]
      guard readout == .lastToken else {
        try reader.checkLength(prompt.dim(1), besides: answerTokens)
        guard usesProprioception else { return WholePrompt.state(of: prompt) }  // → [1, T·(D + 1)]
        let robot = $0.proprioception ?? []
        return WholePrompt.state(of: prompt, proprioception: stateScaling?(robot) ?? robot)
      }
      return reader.summary(of: reader(prompt))  // [1, T, D] → [1, T, D] → [1, D]
    }
    .traced("state", "one hidden state: the last, or an encoder's first")
  }
}

extension Backbone {
  /// The states of N observations, one after another.
  /// - Parameter features: the features of an observation and its instruction, [1, D].
  /// - Returns: [N, D], or with proprioception [N, D + 4].
  func rows(
    _ observations: [Observation], _ instructions: [String], usesProprioception: Bool,
    features: (Observation, String) throws -> Tensor
  ) rethrows -> Tensor {
    let rows = try zip(observations, instructions).map { observation, instruction in
      let row = try features(observation, instruction)  // → [1, D]
      guard usesProprioception else { return row }
      let proprioception = Tensor(observation.proprioception ?? [], shape: [1, 4])
      return Tensor.concatenated([row, proprioception], axis: 1)  // → [1, D + 4]
    }
    return Tensor.stackedRows(rows)  // N × [1, S] → [N, S], whole prompts padded to the longest
  }
}
