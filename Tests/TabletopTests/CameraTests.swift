import Files
import Foundation
import Tabletop
import Testing

@Suite struct CameraTests {
  let camera = Camera.tabletop

  @Test("In the pixels of a 64×64 image, u = 6 + 52 x and v = 18 + 40 y − 14 z")
  func constants() {
    for (x, y, z) in [(0, 0, 0), (1, 1, 0), (0.5, 0.25, 1)] as [(Float, Float, Float)] {
      let (u, v) = camera.imagePoint(x: x, y: y, z: z)
      #expect(u * 64 == 6 + 52 * x)
      #expect(v * 64 == 18 + 40 * y - 14 * z)
    }
  }

  @Test("A point on the table is found again from where the image shows it")
  func inverse() {
    for (x, y) in [(0, 0), (0.3, 0.9), (1, 0.5)] as [(Float, Float)] {
      let (u, v) = camera.imagePoint(x: x, y: y)
      let found = camera.tablePoint(u: u, v: v)
      #expect(abs(found.x - x) < 1e-6 && abs(found.y - y) < 1e-6)
    }
  }

  @Test("A camera is read from JSON with or without its height, and is written whole")
  func coding() throws {
    func read(_ text: String) throws -> Camera {
      try JSONDecoder().decode(Camera.self, from: Data(text.utf8))
    }
    let old = #"{"depth": 0.625, "left": 0.09375, "top": 0.28125, "width": 0.8125}"#
    #expect(try read(old) == camera)
    let other = Camera(left: 0.1, top: 0.2, width: 0.3, depth: 0.4, height: 0.5)
    let written = try JSONEncoder().encode(other)
    #expect(try JSONDecoder().decode(Camera.self, from: written) == other)
    #expect(throws: DecodingError.self) { try read(#"{"left": 0.1}"#) }
  }

  @Test("The renderer draws an object where its camera shows it")
  func drawing() {
    let ball = TabletopObject(.blue, .ball, x: 0.2, y: 0.8)
    let scene = Scene(objects: [ball], gripper: Gripper(x: 1, y: 0, z: 1))
    let shifted = Camera(left: 0.2, top: 0.1, width: 0.5, depth: 0.5, height: 0.2)
    for camera in [camera, shifted] {
      let image = Renderer(camera: camera).render(scene)
      let (u, v) = camera.imagePoint(x: ball.x, y: ball.y)
      #expect(image[Int(u * 64), Int(v * 64)] == .init(48, 96, 208))
    }
  }
}
