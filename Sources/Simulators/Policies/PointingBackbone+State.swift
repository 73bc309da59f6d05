import Files
import Foundation
import Images
import NanoVLA
import Tensors
import VLMs

/// The pointing backbone as a policy's backbone.
///
/// - Letters: N observations, S state width, Q queries, D width, L positions.
extension PointingBackbone: Backbone {
  public static let kind = "pointing"

  public static func make(
    _ configuration: PointingConfiguration, relativeTo folder: URL?,
    using random: inout SeededRandom
  ) throws -> PointingBackbone {
    if let error = configuration.validationError { throw error }
    return PointingBackbone(configuration, using: &random)
  }

  /// Adds this backbone to `BackboneKind/known`, once: then a policy's folder with it can be read.
  public static let isRegistered: Bool = {
    BackboneKind.known.register(kind, .init(PointingBackbone.self, .init()))
    return true
  }()

  public var imageSize: Int? { configuration.imageSize }
  public var proprioceptionCount: Int { configuration.proprioception.count }

  public func stateWidth(usesProprioception: Bool) -> Int {
    let (Q, D, c) = (configuration.queries, configuration.width, configuration.channels)
    let seen = Q * (D + 2 + c) + configuration.positions.count + D
    return usesProprioception ? seen + proprioceptionCount : seen
  }

  /// - Throws: `InstructionError`
  public func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor {
    let perception = try perceive(observations.map(\.image), instructions: instructions)
    let numbers = observations.map { configuration.proprioception.scaled($0.proprioception ?? []) }
    return state(perception, proprioception: usesProprioception ? numbers : nil)
  }

  /// What it makes of N images with an instruction each.
  /// - Throws: `InstructionError`
  public func perceive(_ images: [RGBImage], instructions: [String]) throws -> Perception {
    perceive(Self.pixels(of: images), try words(of: instructions))
  }

  /// The state [N, S] of what was perceived, and of N rows of scaled proprioception, if used.
  func state(_ perception: Perception, proprioception: [[Float]]?) -> Tensor {
    let N = perception.sentence.dim(0)
    var parts = [perception.features, perception.sentence]
    if let positions = perception.positions { parts.append(positions) }
    if let proprioception, proprioceptionCount > 0 {
      parts.append(Tensor(proprioception.flatMap { $0 }, shape: [N, proprioceptionCount]))
    }
    return Tensor.concatenated(parts, axis: 1)  // → [N, S]
      .traced("state", "features, points and text")
  }

  /// Bytes → numbers from −1 to 1: N images → [N, H, W, 3].
  static func pixels(of images: [RGBImage]) -> Tensor {
    let (height, width) = (images[0].height, images[0].width)
    let count = height * width * 3
    let values = [Float](unsafeUninitializedCapacity: images.count * count) { buffer, filled in
      for (n, image) in images.enumerated() {
        guard image.width == width, image.height == height else {
          fatalError("pixels: \(image.width)×\(image.height) among \(width)×\(height)")
        }
        image.pixels.withUnsafeBufferPointer { bytes in
          for i in 0..<count { buffer[n * count + i] = Float(bytes[i]) / 127.5 - 1 }
        }
      }
      filled = images.count * count
    }
    return Tensor(values, shape: [images.count, height, width, 3])
  }
}
