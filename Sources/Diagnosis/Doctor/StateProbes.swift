import Images
import NanoVLA
import Tensors

/// What of the image and of the instruction reaches the state that the head reads.
///
/// The tests are exact where theory is: without positions, a state cannot tell an image from the same
/// patches in another order; with an inverted mask it cannot tell two instructions of one length.
///
/// - Letters: N frames, S state numbers.
struct StateProbes {
  let policy: VLA
  let frames: Frames
  /// Of the unedited frames, N rows of S numbers.
  let states: [[Float]]
  /// The numbers of a state that depend on the image.
  let ofImage: [Int]

  init(_ policy: VLA, _ frames: Frames) throws {
    (self.policy, self.frames) = (policy, frames)
    states = try Self.rows(frames.states(policy))
    let blank = try Self.rows(frames.edited(observation: Self.blank).states(policy))
    let gaps = Self.gaps(states, blank)
    ofImage = gaps.indices.filter { gaps[$0] > 1e-4 }
  }

  /// The first input of which too little arrives; nil if all arrives.
  func failure() throws -> (cause: Cause, text: String)? {
    if ofImage.isEmpty {
      return (.imageIgnored, "the state is the same for a blank image")
    }
    if let failure = try ofInstruction() { return failure }
    let shuffled = try Self.rows(frames.edited(observation: Self.quartersExchanged).states(policy))
    let gaps = Self.gaps(states, shuffled)
    let unmoved = ofImage.filter { gaps[$0] < 1e-5 }
    if !unmoved.isEmpty {
      return (
        .noPositions,
        "\(unmoved.count) of \(ofImage.count) numbers of the state do not change when the quarters "
          + "of the image change places"
      )
    }
    return nil
  }

  /// Whether another instruction changes the state, of the same length and of another one.
  private func ofInstruction() throws -> (cause: Cause, text: String)? {
    func length(_ text: String) -> Int { text.split(separator: " ").count }
    let all = Set(frames.instructions).sorted()
    func gap(_ other: @escaping (String) -> String?) throws -> Float? {
      guard all.contains(where: { other($0) != nil }) else { return nil }
      let edited = frames.edited(instruction: { other($0) ?? $0 })
      let changed = frames.instructions.indices.filter {
        edited.instructions[$0] != frames.instructions[$0]
      }
      let rows = try Self.rows(edited.states(policy))
      return Self.gaps(changed.map { states[$0] }, changed.map { rows[$0] }).max()
    }
    let same = try gap { text in all.first { length($0) == length(text) && $0 != text } }
    let shorter = try gap { text in
      length(text) > 3 ? text.split(separator: " ").suffix(3).joined(separator: " ") : nil
    }
    if let same, same < 1e-6 {
      return (shorter ?? 0) < 1e-6
        ? (.instructionIgnored, "the state is the same for every instruction")
        : (.textMask, "the state is the same for every instruction of one length")
    }
    return nil
  }

  // MARK: - Edits

  static func blank(_ observation: Observation) -> Observation {
    let image = observation.image
    return Observation(
      RGBImage(width: image.width, height: image.height, color: .init(226, 211, 184)),
      proprioception: observation.proprioception)
  }

  /// The four quarters of the image in another order: the same patches elsewhere.
  private static func quartersExchanged(_ observation: Observation) -> Observation {
    let image = observation.image
    let (w, h) = (image.width / 2, image.height / 2)
    return Observation(
      image.mapped { x, y in image[(x + w) % (2 * w), y < h ? y + h : y - h] },
      proprioception: observation.proprioception)
  }

  // MARK: - Arithmetic

  /// [N, S] → N rows of S numbers.
  static func rows(_ states: Tensor) -> [[Float]] {
    let (values, S) = (states.values, states.dim(1))
    return (0..<states.dim(0)).map { Array(values[$0 * S..<($0 + 1) * S]) }
  }

  /// The largest difference of each of S numbers over N rows.
  static func gaps(_ a: [[Float]], _ b: [[Float]]) -> [Float] {
    guard let first = a.first else { return [] }
    return first.indices.map { s in
      zip(a, b).map { abs($0[s] - $1[s]) }.max() ?? 0
    }
  }
}
