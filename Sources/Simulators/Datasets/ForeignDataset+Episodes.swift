import Files
import Images

/// Reading one episode through the bridge. What Python sends is checked like a file.
extension ForeignDataset {
  /// The bytes of frames in one message.
  private static let pageBytes = 64 << 20

  /// The numbers of episode `index`, without its frames.
  /// - Throws: ``BridgeError``, ``ForeignDatasetError/badEpisode(_:_:)``.
  public func numbers(_ index: Int) throws -> EpisodeNumbers {
    try Self.numbers(index, found, bridge)
  }

  static func numbers(
    _ index: Int, _ found: ForeignDescription, _ bridge: Bridge
  ) throws -> EpisodeNumbers {
    let arrays = try bridge.call("dataset_episode", ["index": index], seconds: 600).arrays
    func rows(_ name: String, _ width: Int) throws -> [[Float]] {
      guard width > 0 else { return [] }
      guard let array = arrays.first(where: { $0.name == name }), array.shape.count == 2,
        array.shape[1] == width, let values = array.floats
      else {
        throw ForeignDatasetError.badEpisode(index, "\(name) are not rows of \(width) numbers")
      }
      return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
    }
    let actions = try rows("actions", found.actionNames.count)
    let state = try rows("state", found.stateNames.count)
    return EpisodeNumbers(
      actions: actions, state: state.isEmpty ? actions.map { _ in [] } : state,
      positions: try rows("positions", found.positions))
  }

  /// Episode `index` with its frames, which come in pages.
  /// - Throws: as ``numbers(_:)``.
  public func episode(_ index: Int) throws -> RobotEpisode {
    let (numbers, about) = (try numbers(index), episodes[index])
    let counts = [numbers.actions.count, numbers.state.count]
    guard counts == [about.steps, about.steps],
      numbers.positions.isEmpty || numbers.positions.count == about.steps
    else {
      throw ForeignDatasetError.badEpisode(
        index, "\(about.steps) steps, but \(counts[0]) actions and \(counts[1]) rows of state")
    }
    let page = max(1, Self.pageBytes / (3 * found.width * found.height))
    var frames: [RGBImage] = []
    while frames.count < about.steps {
      frames += try images(
        index, from: frames.count, count: min(page, about.steps - frames.count))
    }
    return RobotEpisode(
      task: about.task, instruction: about.instruction, seed: about.seed, frames: frames,
      actions: numbers.actions, state: numbers.state, positions: numbers.positions)
  }

  private func images(_ index: Int, from start: Int, count: Int) throws -> [RGBImage] {
    let request = ["index": index, "start": start, "count": count]
    let reply = try bridge.call("dataset_frames", request, seconds: 600).arrays.first
    let shape = [count, found.height, found.width, 3]
    guard let reply, reply.shape == shape, reply.bytes.count == shape.reduce(1, *) else {
      throw ForeignDatasetError.badEpisode(
        index, "images of the shape \(reply?.shape ?? []), not \(shape)")
    }
    let size = reply.bytes.count / count
    return (0..<count).map {
      RGBImage(
        width: found.width, height: found.height,
        pixels: Array(reply.bytes.dropFirst($0 * size).prefix(size)))
    }
  }
}
