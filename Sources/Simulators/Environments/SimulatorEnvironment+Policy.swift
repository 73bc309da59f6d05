import NanoVLA

extension SimulatorEnvironment {
  /// Refuses a policy that cannot act here, before any episode begins.
  /// - Throws: ``ActionError`` for other actions or another state of the robot, ``PolicyError`` for images
  ///   of another size.
  public func check(_ policy: VLA) throws {
    try acting(policy).space.check(matches: policy.space)
    let (side, states) = (settings.imageSize, facts.stateNames.count)
    if let size = policy.backbone.imageSize, size != side {
      throw PolicyError.imageSize(width: side, height: side, expected: size)
    }
    let expected = policy.backbone.proprioceptionCount
    if policy.usesProprioception, expected != states {
      throw ActionError.wrongDimensions(
        "the simulator's proprioception", expected: expected, found: states)
    }
  }
}
