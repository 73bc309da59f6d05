/// The toy world's camera: where a point of the world appears in the image, and the way back.
///
/// The renderer draws with it, the toy VLM turns patches into places on the table with it, and the
/// true answers of the grounding pre-training come from it: all three agree because there is one.
///
///     u = left + width · x
///     v = top + depth · y − height · z
///
/// World coordinates: x from left (0) to right (1), y from far (0) to near (1), z from the table (0)
/// up (1). Image coordinates: u to the right and v down, as fractions of the image's side, so that
/// they hold for every image size; (0, 0) is the top left.
///
/// It is a parallel projection (Carlbom and Paciorek, "Planar Geometric Projections and Viewing
/// Transformations", 1978). Left out: perspective, rotation and lens distortion.
public struct Camera: Sendable, Equatable {
  /// Where the table's far left corner (x = 0, y = 0) appears, as fractions of the image's side.
  public let left, top: Float
  /// How much of the image's side one world unit takes along x and along y.
  public let width, depth: Float
  /// How much of the image's side one world unit of z takes, upward.
  public let height: Float

  /// A camera with constants of its own; ``tabletop`` is the one that the toy world is drawn with.
  public init(left: Float, top: Float, width: Float, depth: Float, height: Float) {
    (self.left, self.top) = (left, top)
    (self.width, self.depth, self.height) = (width, depth, height)
  }

  /// The toy world's camera, designed in the pixels of an image of ``Renderer/designSize`` = 64: the
  /// table begins 6 pixels from the left and 18 from the top, and is 52 wide and 40 deep; a gripper
  /// at z = 1 appears 14 pixels above its place on the table.
  public static let tabletop = Camera(
    left: 6 / 64, top: 18 / 64, width: 52 / 64, depth: 40 / 64, height: 14 / 64)

  /// Where the image shows the point (`x`, `y`, `z`) of the world, as fractions of the image's side.
  public func imagePoint(x: Float, y: Float, z: Float = 0) -> (u: Float, v: Float) {
    (left + width * x, top + depth * y - height * z)
  }

  /// Which point of the table (z = 0) appears at (`u`, `v`): the inverse of ``imagePoint(x:y:z:)``.
  ///
  /// - Returns: x and y in world units; outside 0 … 1 where the image shows no table.
  public func tablePoint(u: Float, v: Float) -> (x: Float, y: Float) {
    ((u - left) / width, (v - top) / depth)
  }
}

extension Camera: Codable {
  /// Reads the keys `left`, `top`, `width`, `depth` and `height`. The last may be absent, as in
  /// models written before the camera had it: it then is ``tabletop``'s.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      left: try values.decode(Float.self, forKey: .left),
      top: try values.decode(Float.self, forKey: .top),
      width: try values.decode(Float.self, forKey: .width),
      depth: try values.decode(Float.self, forKey: .depth),
      height: try values.decodeIfPresent(Float.self, forKey: .height) ?? Self.tabletop.height)
  }
}
