import NanoVLA
import Tabletop
import VLMs

/// FAST tokens that are learned from the demonstrations which a policy is cloned from.
extension FASTTokenizer {
  /// Merges for chunks of `steps` actions, one from each time step of `demonstrations` on.
  ///
  /// - Parameters:
  ///   - statistics: normalize the actions, as those of the policy do.
  ///   - vocabulary: the largest number of tokens; at least the alphabet is used. The more tokens, the
  ///     fewer has a chunk, and the fewer examples has each.
  /// - Throws: ``FASTError`` or ``ActionError``.
  public init(
    of demonstrations: [Demonstration], normalizedBy statistics: ActionStatistics, steps: Int,
    vocabulary: Int = 200, scale: Double = 10
  ) throws {
    let untrained = try FASTTokenizer(
      steps: steps, dimensions: statistics.count, scale: scale, pairs: [])
    try self.init(
      trainedOn: try demonstrations.flatMap { demonstration in
        let actions = try demonstration.actions.map { try statistics.normalized(RobotAction($0)) }
        return FASTTokenizer.chunks(of: actions, steps: steps)
      }, vocabulary: max(vocabulary, untrained.alphabet), scale: scale)
  }
}

extension ActionHeadKind {
  /// The same kind; a ``FASTHead`` without merges gets those of `demonstrations`, in chunks of `chunk`.
  /// - Throws: ``FASTError`` or ``ActionError``.
  func learningTokens(
    from demonstrations: [Demonstration], normalizedBy statistics: ActionStatistics, chunk: Int
  ) throws -> ActionHeadKind {
    guard let fast = part.configuration as? FASTHead.Configuration, fast.merges.isEmpty else {
      return self
    }
    let tokenizer = try FASTTokenizer(
      of: demonstrations, normalizedBy: statistics, steps: chunk, scale: fast.scale)
    return ActionHeadKind(
      FASTHead.self, .init(tokenizer, width: fast.width, depth: fast.depth))
  }
}
