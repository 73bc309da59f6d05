import Images

/// What a robot perceives at one moment.
public struct Observation: Sendable {
  /// The camera's image.
  public let image: RGBImage
  /// The robot's own state in its units, on the tabletop `[x, y, z, closed]`; nil if not measured.
  public let proprioception: [Float]?

  /// An observation; a policy that uses proprioception refuses one without it.
  public init(_ image: RGBImage, proprioception: [Float]? = nil) {
    (self.image, self.proprioception) = (image, proprioception)
  }
}
