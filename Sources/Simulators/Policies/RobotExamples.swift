import Files
import Images
import NanoVLA
import Tensors

/// Episodes of a robot for training a whole policy, backbone and head: one example per time step.
///
/// The images are stored, not states, since the backbone changes at every step.
///
/// - Letters: N time steps, S state numbers, K steps in a chunk, L true positions.
public struct RobotExamples {
  /// N images, instructions and rows of scaled proprioception.
  let images: [RGBImage]
  let instructions: [String]
  let proprioception: [[Float]]
  /// N rows of scaled true positions; none if the backbone does not predict them.
  let positions: [[Float]]
  /// The expert's actions: N chunks of K, normalized.
  public let expert: ActionChunks

  /// N.
  public var count: Int { images.count }

  /// Examples of all time steps of `dataset`.
  /// - Throws: `ActionError`, `InstructionError` or `PolicyError` if an episode does not fit the policy.
  init(_ dataset: RobotDataset, for policy: VLA, _ backbone: PointingBackbone) throws {
    try dataset.space.check(matches: policy.space)
    let configuration = backbone.configuration
    var chunks: [ActionChunks] = []
    for episode in dataset.episodes {
      _ = try backbone.tokenizer.encode(episode.instruction)  // an unknown word throws here
      let (frame, size) = (episode.frames[0], configuration.imageSize)
      guard frame.width == size, frame.height == size else {
        throw PolicyError.imageSize(width: frame.width, height: frame.height, expected: size)
      }
      for state in episode.state {
        try ActionError.check(
          state, "proprioception", dimensions: configuration.proprioception.count)
      }
      let actions = try episode.actions.map { try policy.statistics.normalized(RobotAction($0)) }
      chunks.append(ActionChunks(of: actions, chunk: policy.head.chunk))
    }
    expert = ActionChunks(joining: chunks)
    images = dataset.episodes.flatMap(\.frames)
    instructions = dataset.episodes.flatMap {
      Array(repeating: $0.instruction, count: $0.frames.count)
    }
    proprioception = dataset.episodes.flatMap(\.state).map(configuration.proprioception.scaled)
    guard configuration.positions.count > 0 else {
      positions = []
      return
    }
    positions = try dataset.episodes.flatMap { episode in
      guard !episode.positions.isEmpty else { throw RobotRecipeError.noPositions(episode.task) }
      return episode.positions.map(configuration.positions.scaled)
    }
  }

  /// A hash of all that training reads.
  var fingerprint: UInt64 {
    var hash = FNV1a()
    for image in images { withUnsafeBytes(of: image.fingerprint.littleEndian) { hash.add($0) } }
    for text in instructions { hash.add(Array(text.utf8)) }
    hash.add(proprioception.flatMap { $0 } + positions.flatMap { $0 })
    hash.add(expert.actions.values)
    return hash.value
  }
}

extension RGBImage {
  /// A hash of the pixels, eight bytes at a time: a dataset has hundreds of millions of them.
  fileprivate var fingerprint: UInt64 {
    pixels.withUnsafeBytes { bytes in
      var hash = UInt64(bytes.count)
      for start in stride(from: 0, to: bytes.count, by: 8) {
        var word: UInt64 = 0
        for byte in bytes[start..<min(start + 8, bytes.count)] { word = word << 8 | UInt64(byte) }
        hash = (hash ^ word) &* 0x100_0000_01B3
        hash ^= hash >> 29
      }
      return hash
    }
  }
}
