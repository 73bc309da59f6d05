import Files

/// What is wrong with a request about a robot dataset. Each error prints as one line.
public enum RobotDatasetError: Error, Equatable, CustomStringConvertible {
  /// The folder, and the episodes that are there.
  case unfinished(String, episodes: Int)
  /// A folder that holds a whole dataset already.
  case exists(String)
  /// The folder, and what it says differently.
  case otherDataset(String, [String])
  /// The folder, and the bytes of its frames.
  case tooManyPixels(String, bytes: Int)
  /// The number of the episode and why it does not belong to the dataset.
  case badEpisode(Int, String)
  /// Actions of two kinds where one is needed.
  case mixedActions(expected: ActionKind, found: ActionKind, String)
  /// A dimension of the action that no number of the state belongs to.
  case noState(String, of: [String])

  public var description: String {
    switch self {
    case .unfinished(let folder, let episodes):
      "\(briefPath(folder)): the recording has not ended, \(episodes) episodes are there; run the "
        + "same command again to continue it"
    case .exists(let folder):
      "\(briefPath(folder)): holds a dataset already; name another folder"
    case .otherDataset(let folder, let differences):
      "\(briefPath(folder)): holds a recording of another dataset ("
        + oneLine(differences.joined(separator: ", ")) + "); name another folder"
    case .tooManyPixels(let folder, let bytes):
      "\(briefPath(folder)): \(bytes >> 20) MiB of pixels, at most \(Limits.datasetPixelBytes >> 20) "
        + "are held; import fewer episodes (--count) or smaller frames (--size)"
    case .badEpisode(let index, let reason): "episode \(index): \(oneLine(reason))"
    case .mixedActions(let expected, let found, let place):
      "\(oneLine(place)): \(found) actions where \(expected) ones are expected; convert them "
        + "(nanovla data import --convert \(expected))"
    case .noState(let dimension, let names):
      "no state number belongs to the action dimension \(brief(dimension)): the state is "
        + "\(names.isEmpty ? "empty" : oneLine(names.joined(separator: ", "))); actions can be "
        + "converted only with the state in the same coordinates"
    }
  }
}
