import Images
import Tabletop
import Tensors

/// Scenes with questions about them and the true answers: what ``GroundingPretraining`` learns from.
///
/// The answers come from the simulator's own state. No demonstration holds them: this is the
/// knowledge that a published VLM would bring along from its pre-training on images and captions.
///
/// To be asked anything that can happen during an episode, a scene is put into states from the
/// middle of one: an object in the gripper, one in the bowl, the gripper close over one.
struct GroundingExamples {
  var images: [RGBImage] = []  // B
  var tasks: [TabletopTask] = []  // N = B·R, R after R
  var scenes: [Scene] = []  // B
  let tasksPerScene: Int  // R
  let camera: Camera

  /// `count` fresh scenes from `firstSeed` on, R questions about each; the share `alike` of those with
  /// three different objects gets two of one colour or shape.
  init(
    count: Int, tasksPerScene: Int, firstSeed: UInt64, alike: Float = 0, renderer: Renderer
  ) {
    (self.tasksPerScene, camera) = (tasksPerScene, renderer.camera)
    for seed in firstSeed..<firstSeed + UInt64(count) {
      var random = SeededRandom(seed: seed ^ 0x5CE4E)
      let suite = Self.suites[random.integer(below: Self.suites.count)]
      var start = suite.initialState(seed: seed).scene
      if suite == .object, random.uniform() < alike { Self.makeAlike(&start, using: &random) }
      let scene = Self.midEpisode(start, using: &random)
      let questions = Self.questions(about: scene, suite)
      for _ in 0..<tasksPerScene {
        let kind = questions[random.integer(below: questions.count)]
        tasks.append(kind[random.integer(below: kind.count)])
      }
      images.append(renderer.render(scene))
      scenes.append(scene)
    }
  }

  /// How often each suite's layouts come: the harder to point in, the more often.
  private static let suites: [Suite] =
    Array(repeating: .object, count: 7) + Array(repeating: .spatial, count: 7)
    + Array(repeating: .long, count: 4) + Array(repeating: .goal, count: 2)

  /// Gives another object the first one's colour, or its shape: then one word decides.
  private static func makeAlike(_ scene: inout Scene, using random: inout SeededRandom) {
    let other = 1 + random.integer(below: 2)
    var changed = scene.objects[other]
    if random.uniform() < 0.7 {
      changed.color = scene.objects[0].color
    } else {
      changed.shape = scene.objects[0].shape
    }
    let isTwin = scene.objects.contains { $0.color == changed.color && $0.shape == changed.shape }
    if !isTwin { scene.objects[other] = changed }
  }

  private static func midEpisode(_ start: Scene, using random: inout SeededRandom) -> Scene {
    var scene = start
    let objects = scene.objects.indices.filter { scene.objects[$0].shape != .bowl }
    let bowls = scene.objects.indices.filter { scene.objects[$0].shape == .bowl }
    if let bowl = bowls.first, !objects.isEmpty, random.uniform() < 0.3 {
      let inside = objects[random.integer(below: objects.count)]
      scene.objects[inside].x = scene.objects[bowl].x + random.uniform(in: -0.04...0.04)
      scene.objects[inside].y = scene.objects[bowl].y + random.uniform(in: -0.04...0.04)
    }
    let near = random.integer(below: scene.objects.count)
    let draw = random.uniform()
    if draw < 0.25 {
      let gripper = Gripper(
        x: random.uniform(in: 0...1), y: random.uniform(in: 0...1),
        z: random.uniform(in: 0.04...0.9), isClosed: true)
      return Scene(objects: scene.objects, gripper: gripper, held: near)
    }
    if draw < 0.60 {
      scene.gripper.x = scene.objects[near].x + 0.06 * random.normal()
      scene.gripper.y = scene.objects[near].y + 0.06 * random.normal()
      scene.gripper.z = random.uniform(in: 0.03...0.5)
    }
    scene.gripper.isClosed = random.uniform() < 0.3
    return scene
  }

  /// All that can be asked of a scene, by kind, so that each kind is asked equally often.
  private static func questions(about scene: Scene, _ suite: Suite) -> [[TabletopTask]] {
    let all = Array(scene.objects.indices)
    let picks = all.map { TabletopTask.pick($0, in: scene) }
    var kinds = [all.map { TabletopTask.bare($0, in: scene) }, picks]
    // Telling two alike objects apart is the hardest to learn, so it is asked for by itself.
    if suite == .spatial { return kinds + [Array(picks.prefix(2))] }
    kinds += [
      picks, all.map { .push($0, .left, in: scene) }, all.map { .push($0, .right, in: scene) },
    ]
    let puts = all.flatMap { object in
      all.filter { $0 != object && scene.objects[$0].shape == .bowl }.map { (object, $0) }
    }
    guard !puts.isEmpty else { return kinds }
    kinds.append(puts.map { .put($0.0, into: $0.1, in: scene) })
    let both = puts.flatMap { object, bowl in
      all.filter { $0 != object && $0 != bowl }.map {
        TabletopTask.put(object, into: bowl, thenPick: $0, in: scene)
      }
    }
    return kinds + (suite == .long ? [both, both, both] : [both])
  }
}
