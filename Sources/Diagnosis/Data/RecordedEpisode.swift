import Files
import Images
import NanoVLA
import Tabletop

/// An episode of any robot as the data doctor reads it: its numbers, and what its frames show.
public struct RecordedEpisode: Sendable {
  let task, instruction: String
  let seed: UInt64?
  /// T × A and T × S numbers.
  let actions, state: [[Float]]
  /// A hash of the first frame.
  let firstFrame: UInt64
  /// The first frame of one color.
  let blankFrame: Int?
  /// Three or more frames, all equal.
  let framesAreSame: Bool

  /// - Parameters:
  ///   - task: what `seed` is a seed of, "object" or "metaworld:drawer-open-v3".
  ///   - frames: T images, at least one. They are looked at and not kept.
  ///   - state: T rows, perhaps of no number.
  public init(
    task: String, instruction: String, seed: UInt64?, frames: [RGBImage], actions: [[Float]],
    state: [[Float]]
  ) {
    let counts = [frames.count, actions.count, state.count]
    guard !frames.isEmpty, Set(counts).count == 1 else {
      fatalError("RecordedEpisode: \(counts) frames, actions and rows of state")
    }
    (self.task, self.instruction, self.seed) = (task, instruction, seed)
    (self.actions, self.state) = (actions, state)
    var hash = FNV1a()
    hash.add(frames[0].pixels)
    firstFrame = hash.value
    blankFrame = frames.firstIndex(where: \.isFlat)
    framesAreSame = frames.count > 2 && frames.dropFirst().allSatisfy { $0 == frames[0] }
  }

  init(_ demonstration: Demonstration) {
    self.init(
      task: demonstration.suite.rawValue, instruction: demonstration.instruction,
      seed: demonstration.seed, frames: demonstration.frames, actions: demonstration.actions,
      state: demonstration.proprioception)
  }
}

extension RGBImage {
  /// Whether all pixels have one color.
  var isFlat: Bool {
    let first = pixels.prefix(3)
    return stride(from: 3, to: pixels.count, by: 3).allSatisfy { pixels[$0..<$0 + 3] == first }
  }
}
