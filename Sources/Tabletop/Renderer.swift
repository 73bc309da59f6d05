import Images

/// Draws a scene as the policy's camera sees it: a square image of the table from the front.
///
/// Objects are layers of simple figures (``Layer``), designed in the pixels of a 64×64 image; another
/// size is the same image scaled. Near objects are painted over far ones.
public struct Renderer: Sendable {
  /// Side of the square image for which the camera and the layers are designed, in pixels.
  public static let designSize = 64

  /// Pixels along each side.
  public let size: Int
  /// Where the image shows a point of the world.
  public let camera: Camera
  private let background: RGBImage
  /// Pixels of this image for one pixel of the design.
  let scale: Float
  private let objectLayers: [ObjectColor: [ObjectShape: [Layer]]]

  private static let shadow = [
    Layer(figure: .ellipse(5.5, 2.2), y: 3, color: Palette.shadow, alpha: Palette.shadowOpacity)
  ]

  /// - Parameters:
  ///   - size: pixels along each side, from 16 to 4096.
  ///   - camera: moves objects and gripper; the wall and the table stay where they are.
  public init(size: Int = Renderer.designSize, camera: Camera = .tabletop) {
    guard (16...4096).contains(size) else {
      fatalError("Renderer: a side of \(size) pixels is not in 16 … 4096")
    }
    (self.size, self.camera) = (size, camera)
    scale = Float(size) / Float(Self.designSize)
    background = Self.background(size: size)
    objectLayers = Dictionary(
      uniqueKeysWithValues: ObjectColor.allCases.map { color in
        let shapes = ObjectShape.allCases.map { ($0, $0.layers(color.rgb)) }
        return (color, Dictionary(uniqueKeysWithValues: shapes))
      })
  }

  /// An image of `scene`, `size`×`size` pixels: the same bytes for the same scene.
  public func render(_ scene: Scene) -> RGBImage {
    var pixels = background.pixels
    pixels.withUnsafeMutableBufferPointer { buffer in
      let canvas = buffer.baseAddress!
      var post = scene.obstacle  // until it is painted
      for index in Self.paintingOrder(scene) {
        let object = scene.objects[index]
        if let due = post, object.y > due.y || index == scene.held {
          paint(Obstacle.layers, x: due.x, y: due.y, z: 0, on: canvas)
          post = nil
        }
        paint(Self.shadow, x: object.x, y: object.y, z: 0, on: canvas)
        let layers = objectLayers[object.color]![object.shape]!
        paint(layers, x: object.x, y: object.y, z: object.z, on: canvas)
      }
      if let post {
        paint(Obstacle.layers, x: post.x, y: post.y, z: 0, on: canvas)
      }
      let gripper = scene.gripper
      paint(Gripper.groundCross, x: gripper.x, y: gripper.y, z: 0, on: canvas)
      paint(gripper.layers, x: gripper.x, y: gripper.y, z: gripper.z, on: canvas)
    }
    return RGBImage(width: size, height: size, pixels: pixels)
  }

  /// Far to near; an object in a bowl directly after its bowl; the held object last.
  static func paintingOrder(_ scene: Scene) -> [Int] {
    let bowls = scene.objects.indices.map { scene.bowl(holding: $0) }
    func key(_ index: Int) -> (Int, Float, Int, Int) {
      let place = bowls[index] ?? index
      let isInside = bowls[index] == nil ? 0 : 1
      return (index == scene.held ? 1 : 0, scene.objects[place].y, isInside, index)
    }
    return scene.objects.indices.sorted { key($0) < key($1) }
  }

  /// A wall, the far edge of the table, and the table with its grain.
  private static func background(size: Int) -> RGBImage {
    var image = RGBImage(width: size, height: size)
    for y in 0..<size {
      let color: RGBImage.Color
      switch (2 * y + 1) * designSize / (2 * size) {  // the design's row at this pixel's center
      case ...8: color = Palette.wall
      case 9: color = Palette.edge
      case let row where row % 8 == 0: color = Palette.grain
      default: color = Palette.table
      }
      for x in 0..<size { image[x, y] = color }
    }
    return image
  }
}
