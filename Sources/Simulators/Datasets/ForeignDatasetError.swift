import Files

/// What is wrong with a dataset that another program wrote. Each error prints as one line.
public enum ForeignDatasetError: Error, Equatable, CustomStringConvertible {
  /// The path, and why it cannot be read.
  case unreadable(String, String)
  /// The path of a dataset that does not say what its actions are measured from.
  case noActionKind(String)
  /// The path, and the episode that has no instruction.
  case noInstruction(String, episode: Int)
  /// The episode, and what is wrong with it.
  case badEpisode(Int, String)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(briefPath(path)): \(oneLine(reason))"
    case .noActionKind(let path):
      "\(briefPath(path)): the dataset does not say what its actions are measured from; name it "
        + "with --actions absolute (targets, such as joint positions), relative (to the state) or "
        + "delta (changes in one step)"
    case .noInstruction(let path, let episode):
      "\(briefPath(path)): episode \(episode) has no instruction of 1 to 1000 bytes; name one "
        + "with --instruction"
    case .badEpisode(let index, let reason): "episode \(index): \(oneLine(reason))"
    }
  }
}
