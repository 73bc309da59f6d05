import Foundation
import Images
import NanoVLA
import Tensors

/// The toy VLM with one fault in what it is given or in how its own parts are put together.
///
/// The weights are those of the healthy model, so that every difference is the fault's.
///
/// - Letters: N observations, P patches, T words, D width, S state width.
public final class FaultyBackbone: Backbone {
  public static let kind = "faultyToyVLM"
  public struct Configuration: Codable, Equatable, Sendable {
    public var fault: Fault
    public init(_ fault: Fault) { self.fault = fault }
  }
  /// The faults that a backbone can have.
  static let faults: Set<Fault> = [
    .flippedImage, .pixelRange, .invertedMask, .causalMask, .noPositions, .stateOrder,
  ]
  public let configuration: Configuration
  public let vlm: ToyVLM
  private var fault: Fault { configuration.fault }

  /// `vlm` with `fault`.
  public init(_ vlm: ToyVLM, _ fault: Fault) {
    (self.vlm, configuration) = (vlm, Configuration(fault))
  }

  public static func make(
    _ configuration: Configuration, relativeTo folder: URL?, using random: inout SeededRandom
  ) throws -> FaultyBackbone { FaultyBackbone(try .bundled(), configuration.fault) }

  public var imageSize: Int? { vlm.imageSize }

  public func stateWidth(usesProprioception: Bool) -> Int {
    vlm.stateWidth(usesProprioception: usesProprioception)
  }

  public func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor {
    let images = observations.map { fault == .flippedImage ? $0.image.upsideDown : $0.image }
    let vision = features(of: pixels(images))  // [N, H, W, 3] → [N, P, D]
    let (text, mask) = encodeText(try instructions.map(ids))
    let grounding = vlm.ground(vision: vision, text: text, mask: mask)
    guard usesProprioception else { return vlm.state(grounding, proprioception: nil) }
    let rows = observations.flatMap { proprioception($0.proprioception ?? []) }
    return vlm.state(grounding, proprioception: Tensor(rows, shape: [observations.count, 4]))
  }

  /// → [N, H, W, 3]
  private func pixels(_ images: [RGBImage]) -> Tensor {
    guard fault == .pixelRange else { return Pixels.tensor(of: images) }
    let bytes = images.flatMap { $0.pixels.map { Float($0) / 255 } }
    return Tensor(bytes, shape: [images.count, images[0].height, images[0].width, 3])
  }

  /// [N, H, W, 3] → [N, P, D]
  private func features(of images: Tensor) -> Tensor {
    let embedding = vlm.patchEmbedding
    let tokens =
      fault == .noPositions
      ? embedding.projection(embedding.patches(of: images)) : embedding(images)  // → [N, P, D]
    return vlm.vision(tokens, mask: causal(tokens.dim(1)))  // [N, P, D] → [N, P, D]
  }

  /// N·T ids → [N, T, D], and the mask of padding [N, 1, 1, T].
  private func encodeText(_ ids: [[Int]]) -> (text: Tensor, mask: Tensor) {
    let isToken = ids.map { row in vlm.tokenizer.mask(row).map { $0 != (fault == .invertedMask) } }
    let mask = AttentionMask.padding(isToken)  // → [N, 1, 1, T]
    let both = causal(ids[0].count).map { mask + $0 } ?? mask  // + [T, T] → [N, 1, T, T]
    let words = vlm.wordEmbedding(ids)  // N·T ids → [N, T, D]
    let tokens = fault == .noPositions ? words - vlm.wordEmbedding.positions : words
    return (vlm.language(tokens, mask: both), mask)
  }

  private func causal(_ count: Int) -> Tensor? {
    fault == .causalMask ? AttentionMask.causal(count: count) : nil
  }

  /// T ids. With the full-stop fault, text is split at spaces alone: "cup." is an unknown word.
  private func ids(of instruction: String) throws -> [Int] {
    guard fault == .fullStop else { return try vlm.tokenizer.encode(instruction) }
    let words = instruction.lowercased().split(separator: " ").map(String.init)
    let known = words.filter { vlm.tokenizer.vocabulary.contains($0) }
    return try vlm.tokenizer.encode(known.joined(separator: " "))
  }

  /// [x, y, z, closed] → [y, x, z, closed] with the state-order fault.
  private func proprioception(_ state: [Float]) -> [Float] {
    fault == .stateOrder && state.count == 4 ? [state[1], state[0], state[2], state[3]] : state
  }
}

extension RGBImage {
  /// The rows in reverse order, as OpenGL hands an image over.
  package var upsideDown: RGBImage {
    let rows = stride(from: 0, to: pixels.count, by: 3 * width).map {
      pixels[$0..<$0 + 3 * width]
    }
    return RGBImage(width: width, height: height, pixels: rows.reversed().flatMap { $0 })
  }
}
