import Images

/// Draws a scene as the policy's camera sees it: a square picture of the table from the front.
///
/// The design is for 64×64 pixels; other sizes are the same picture scaled. A point (x, y, z) of the
/// world is seen at u = 6 + 52 x, v = 18 + 40 y − 14 z. Near things are painted over far ones.
public struct Renderer: Sendable {
  /// Pixels along each side.
  public let size: Int
  private let background: RGBImage
  /// Pixels of this picture for one pixel of the design.
  private let scale: Float
  private let objectLayers: [ObjectColor: [ObjectShape: [Layer]]]

  private static let shadow = [
    Layer(figure: .ellipse(5.5, 2.2), y: 3, color: .init(90, 78, 60), alpha: 0.45)
  ]

  /// - Parameter size: at least 16, at most 4096.
  public init(size: Int = 64) {
    guard (16...4096).contains(size) else {
      fatalError("Renderer: a side of \(size) pixels is not in 16 … 4096")
    }
    self.size = size
    scale = Float(size) / 64
    background = Self.background(size: size)
    objectLayers = Dictionary(
      uniqueKeysWithValues: ObjectColor.allCases.map { color in
        let shapes = ObjectShape.allCases.map { ($0, $0.layers(color.rgb)) }
        return (color, Dictionary(uniqueKeysWithValues: shapes))
      })
  }

  /// A picture of `scene`, `size`×`size` pixels.
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

  /// Far to near; what lies in a bowl directly after its bowl; what is held last.
  static func paintingOrder(_ scene: Scene) -> [Int] {
    let bowls = scene.objects.indices.map { scene.bowl(holding: $0) }
    func key(_ index: Int) -> (Int, Float, Int, Int) {
      let place = bowls[index] ?? index
      let isInside = bowls[index] == nil ? 0 : 1
      return (index == scene.held ? 1 : 0, scene.objects[place].y, isInside, index)
    }
    return scene.objects.indices.sorted { key($0) < key($1) }
  }

  /// Paints `layers` at a point of the world, touching only the pixels that each can reach.
  private func paint(
    _ layers: [Layer], x: Float, y: Float, z: Float, on canvas: UnsafeMutablePointer<UInt8>
  ) {
    for layer in layers {
      let u = 6 + 52 * x + layer.x
      let v = 18 + 40 * y - 14 * z + layer.y
      let reach = layer.figure.reach
      let columns = pixelRange(u, reach.x)
      let red = Float(layer.color.red)
      let green = Float(layer.color.green)
      let blue = Float(layer.color.blue)
      for row in pixelRange(v, reach.y) {
        let dy = designCoordinate(row) - v
        var pixel = canvas + 3 * (row * size + columns.lowerBound)
        for column in columns {
          let distance = layer.figure.distance(designCoordinate(column) - u, dy) * scale
          let alpha = layer.alpha * min(max(0.5 - distance, 0), 1)
          if alpha > 0 {
            pixel[0] = UInt8(Float(pixel[0]) + alpha * (red - Float(pixel[0])) + 0.5)
            pixel[1] = UInt8(Float(pixel[1]) + alpha * (green - Float(pixel[1])) + 0.5)
            pixel[2] = UInt8(Float(pixel[2]) + alpha * (blue - Float(pixel[2])) + 0.5)
          }
          pixel += 3
        }
      }
    }
  }

  /// Where the centre of pixel `index` lies in the design, whose own pixel centres are 0, 1, 2, …
  @inline(__always)
  private func designCoordinate(_ index: Int) -> Float { (Float(index) + 0.5) / scale - 0.5 }

  /// The pixels whose centres are at most `reach` and half a pixel from `center`.
  private func pixelRange(_ center: Float, _ reach: Float) -> Range<Int> {
    let first = Int(((center - reach + 0.5) * scale - 1).rounded(.down))
    let last = Int(((center + reach + 0.5) * scale).rounded(.up))
    let start = min(max(first, 0), size)
    return start..<max(start, min(last + 1, size))
  }

  /// A wall, the edge of the table, and the table with its grain.
  private static func background(size: Int) -> RGBImage {
    var image = RGBImage(width: size, height: size)
    for y in 0..<size {
      let color: RGBImage.Color
      switch (2 * y + 1) * 64 / (2 * size) {  // the design's row at this pixel's centre
      case ...8: color = .init(150, 164, 176)
      case 9: color = .init(120, 96, 70)
      case let row where row % 8 == 0: color = .init(216, 200, 171)
      default: color = .init(226, 211, 184)
      }
      for x in 0..<size { image[x, y] = color }
    }
    return image
  }
}
