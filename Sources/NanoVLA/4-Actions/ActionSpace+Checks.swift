// Where a policy meets a robot: both must mean the same by their numbers.

extension ActionSpace {
  /// Refuses a `policy` that acts in another space than this robot's, and lists what differs.
  public func check(matches policy: ActionSpace) throws(ActionError) {
    var differences: [String] = []
    func compare(_ what: String, _ ours: some Equatable, _ theirs: some Equatable) {
      let (ours, theirs) = ("\(ours)", "\(theirs)")
      if ours != theirs { differences.append("\(what) \(theirs) for \(ours)") }
    }
    compare("dimensions", count, policy.count)
    compare("gripper", gripperConvention, policy.gripperConvention)
    compare("control rate", controlRate, policy.controlRate)
    for (ours, theirs) in zip(dimensions, policy.dimensions) {
      compare("name", ours.name, theirs.name)
      compare("unit of \(ours.name)", ours.unit, theirs.unit)
    }
    guard differences.isEmpty else { throw .otherSpace(differences) }
  }
}
