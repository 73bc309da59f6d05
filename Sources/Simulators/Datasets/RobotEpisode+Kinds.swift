/// Actions of an episode as one of the three kinds. Stored relative actions are chunks of one action:
/// relative to the state of their own step.
extension RobotEpisode {
  /// The episode with its actions, of the kind `old`, as those of the kind `new`.
  ///
  /// - Throws: ``RobotDatasetError/noState(_:of:)`` if no number of the state belongs to a dimension.
  public func converted(
    from old: ActionKind, to new: ActionKind, in header: RobotDatasetHeader
  ) throws(RobotDatasetError) -> RobotEpisode {
    guard old != new else { return self }
    let reference = try ActionReference(header.space, stateNames: header.stateNames)
    var episode = self
    let absolute = absolute(from: old, reference)
    episode.actions =
      switch new {
      case .absolute: absolute.map(\.values)
      case .relative:
        zip(absolute, state).map { reference.relative([$0], from: $1)[0].values }
      case .delta: reference.deltas(absolute, from: state[0]).map(\.values)
      }
    return episode
  }

  private func absolute(from kind: ActionKind, _ reference: ActionReference) -> [AbsoluteAction] {
    switch kind {
    case .absolute: actions.map { AbsoluteAction($0) }
    case .relative:
      zip(actions, state).map { reference.absolute([RelativeAction($0)], from: $1)[0] }
    case .delta: reference.absolute(actions.map { DeltaAction($0) }, from: state[0])
    }
  }
}

extension RobotDatasetHeader {
  /// Refuses a dataset whose actions are of another kind than `kind`; `place` names it in the error.
  /// - Throws: ``RobotDatasetError/mixedActions(expected:found:_:)``
  public func require(_ kind: ActionKind, in place: String) throws(RobotDatasetError) {
    guard actions == kind else {
      throw .mixedActions(expected: kind, found: actions, place)
    }
  }
}
