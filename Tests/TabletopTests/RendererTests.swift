import Images
import Tabletop
import Testing

@Suite struct RendererTests {
  let far = Gripper(x: 0, y: 1, z: 0)

  @Test("The background has the wall, the table's edge and the grain in their rows")
  func background() {
    let image = Renderer().render(Scene(objects: [], gripper: far))
    #expect((image.width, image.height) == (64, 64))
    for y in [0, 8] { #expect(image[40, y] == .init(150, 164, 176)) }
    #expect(image[40, 9] == .init(120, 96, 70))
    for y in [16, 24, 32, 56] { #expect(image[40, y] == .init(216, 200, 171)) }
    for y in [10, 15, 17, 63] { #expect(image[40, y] == .init(226, 211, 184)) }
  }

  @Test("Objects are drawn at u = 6 + 52 x, v = 18 + 40 y − 14 z")
  func camera() {
    // u = 6 + 52 · 0.5 = 32, v = 18 + 40 · 0.55 = 40
    let ball = TabletopObject(.blue, .ball, x: 0.5, y: 0.55)
    let image = Renderer().render(Scene(objects: [ball], gripper: far))
    #expect(image[33, 41] == .init(48, 96, 208))
    let isBlue = { (x: Int, y: Int) in image[x, y] == .init(48, 96, 208) }
    #expect(isBlue(28, 40) && isBlue(36, 40) && !isBlue(26, 40) && !isBlue(38, 40))
    #expect(image[30, 38].red > 190)  // the highlight, up and left

    // Held at z = 0.5 it is drawn 7 pixels higher, its shadow where it was.
    let held = Scene(
      objects: [ball], gripper: Gripper(x: 0.5, y: 0.55, z: 0.5, isClosed: true), held: 0)
    let lifted = Renderer().render(held)
    #expect(lifted[32, 36] == .init(48, 96, 208))
    // The table's (226, 211, 184) with 45 % of (90, 78, 60) over it.
    #expect(lifted[32, 43] == .init(165, 151, 128))
  }

  @Test("The gripper is steel when open, with magenta fingers when closed")
  func gripper() {
    // u = 32, v = 18 + 20 − 7 = 31: fingers at v − 1.8, ±5 or ±2.2 from u.
    let open = Gripper(x: 0.5, y: 0.5, z: 0.5)
    let steel = Renderer().render(Scene(objects: [], gripper: open))
    #expect(steel[27, 29] == .init(40, 40, 48) && steel[37, 29] == .init(40, 40, 48))
    #expect(steel[32, 29] == .init(226, 211, 184))
    let closed = Gripper(x: 0.5, y: 0.5, z: 0.5, isClosed: true)
    let magenta = Renderer().render(Scene(objects: [], gripper: closed))
    #expect(magenta[30, 29] == .init(200, 60, 200) && magenta[34, 29] == .init(200, 60, 200))
    // The cross on the table below, at v = 38.
    #expect(magenta[32, 38].red < 150 && steel[32, 38] == magenta[32, 38])
  }

  @Test(
    "Near objects hide far ones, whatever their order in the scene; an object in a bowl hides the bowl"
  )
  func order() {
    let near = TabletopObject(.red, .block, x: 0.5, y: 0.55)
    let behind = TabletopObject(.green, .ball, x: 0.5, y: 0.50)
    let first = Renderer().render(Scene(objects: [near, behind], gripper: far))
    let second = Renderer().render(Scene(objects: [behind, near], gripper: far))
    #expect(first == second)
    #expect(first[32, 42] == .init(208, 48, 44))

    let bowl = TabletopObject(.green, .bowl, x: 0.5, y: 0.55)
    let inside = TabletopObject(.blue, .ball, x: 0.5, y: 0.5)
    let put = Renderer().render(Scene(objects: [inside, bowl], gripper: far))
    #expect(put[32, 40] == .init(48, 96, 208))
  }

  @Test("A post hides objects behind it, and is hidden by objects in front of it or held")
  func post() {
    // u = 32, v = 18 + 40 · 0.5 = 38
    let post = Obstacle(x: 0.5, y: 0.5)
    func image(_ objects: [TabletopObject], held: Int? = nil) -> RGBImage {
      let gripper = held == nil ? far : Gripper(x: 0.5, y: 0.45, z: 0.1, isClosed: true)
      return Renderer().render(
        Scene(objects: objects, gripper: gripper, held: held, obstacle: post))
    }
    let iron = RGBImage.Color(84, 84, 92)
    #expect(image([])[32, 38] == iron && image([])[32, 35] == iron)
    #expect(image([])[28, 38] != iron && image([])[36, 38] != iron)

    let behind = TabletopObject(.red, .block, x: 0.5, y: 0.45)
    let before = TabletopObject(.blue, .block, x: 0.5, y: 0.55)
    for objects in [[behind, before], [before, behind]] {
      let all = image(objects)
      #expect(all[32, 40] == .init(48, 96, 208))
      #expect(all[32, 35] == iron)
    }
    #expect(image([behind], held: 0)[29, 37] == .init(208, 48, 44))
  }

  @Test("Every combination of color and shape looks different")
  func distinct() {
    var images: [RGBImage] = []
    for color in ObjectColor.allCases {
      for shape in ObjectShape.allCases {
        let object = TabletopObject(color, shape, x: 0.5, y: 0.5)
        images.append(Renderer().render(Scene(objects: [object], gripper: far)))
      }
    }
    for (index, image) in images.enumerated() {
      #expect(images[(index + 1)...].allSatisfy { $0 != image })
    }
  }

  @Test("A larger image resized to 64 pixels shows the same", arguments: [128, 224, 448])
  func scaling(size: Int) {
    for suite in Tabletop.Suite.allCases {
      let scene = suite.initialState(seed: 11).scene
      let small = Renderer().render(scene)
      let large = Renderer(size: size).render(scene)
      #expect(large.width == size)
      let shrunk = large.resized(width: 64, height: 64)
      let differences = zip(small.pixels, shrunk.pixels).map { abs(Int($0) - Int($1)) }
      let mean = Float(differences.reduce(0, +)) / Float(differences.count)
      #expect(mean < 3)
    }
  }

  @Test(
    "Every size from 16 on is drawn, also with objects at every edge", arguments: [16, 17, 63, 100])
  func edges(size: Int) {
    for (x, y, z) in [(0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 0, 0)] as [(Float, Float, Float)] {
      let bowl = TabletopObject(.red, .bowl, x: x, y: y)
      let scene = Scene(objects: [bowl], gripper: Gripper(x: x, y: y, z: z))
      #expect(Renderer(size: size).render(scene).height == size)
    }
  }
}
