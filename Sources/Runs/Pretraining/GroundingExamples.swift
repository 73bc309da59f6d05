import Images
import Tabletop
import Tensors

/// Scenes, instructions about them and the true answers: what ``GroundingPretraining`` learns from.
///
/// The answers come from the simulator's true state, which no demonstration holds: they stand for
/// what a published VLM has learned from images and captions. ``GroundingMixture`` says what the scenes
/// and instructions are mixed from.
///
/// - Letters: B scenes, R instructions a scene, N = B·R.
struct GroundingExamples {
  var images: [RGBImage] = []  // B
  var tasks: [TabletopTask] = []  // N, the R of a scene one after another
  var scenes: [Scene] = []  // B
  let tasksPerScene: Int  // R
  /// The camera of the images: where an object appears.
  let camera: Camera

  /// - Parameters:
  ///   - count: B.
  ///   - tasksPerScene: R.
  ///   - firstSeed: the first scene's seed; the others count up from it.
  ///   - hardNegatives: share of scenes with three different objects in which two are made to share a
  ///     color or a shape.
  ///   - renderer: draws the images.
  init(
    count: Int, tasksPerScene: Int, firstSeed: UInt64, hardNegatives: Float = 0, renderer: Renderer
  ) {
    (self.tasksPerScene, camera) = (tasksPerScene, renderer.camera)
    for seed in firstSeed..<firstSeed + UInt64(count) {
      var random = SeededRandom(seed: seed ^ Self.mixingStream)
      let suites = GroundingMixture.suites
      let suite = suites[random.integer(below: suites.count)]
      var start = suite.initialState(seed: seed).scene
      if suite == .object, random.uniform() < hardNegatives {
        Self.addHardNegative(to: &start, using: &random)
      }
      let scene = Self.midEpisode(start, using: &random)
      let kinds = Self.instructions(for: scene, suite)
      for _ in 0..<tasksPerScene {
        let kind = kinds[random.integer(below: kinds.count)]
        tasks.append(kind[random.integer(below: kind.count)])
      }
      images.append(renderer.render(scene))
      scenes.append(scene)
    }
  }

  /// Makes the random numbers of the mixture independent of those of the layout, which begin at the
  /// scene's seed itself.
  private static let mixingStream: UInt64 = 0x5CE4E

  /// All tasks that fit a scene, by kind: a kind is drawn first, then a task of that kind, so that a
  /// kind with many tasks is not drawn more often.
  private static func instructions(for scene: Scene, _ suite: Suite) -> [[TabletopTask]] {
    let all = Array(scene.objects.indices)
    let bare = all.map { TabletopTask.bare($0, in: scene) }
    let picks = all.map { TabletopTask.pick($0, in: scene) }
    // Telling twins apart is the hardest to learn, so the two picks of twins are a kind of their own.
    if suite == .spatial { return [bare, picks, Array(picks.prefix(2))] }

    var kinds = [bare] + Array(repeating: picks, count: GroundingMixture.picks)
    kinds.append(all.map { .push($0, .left, in: scene) })
    kinds.append(all.map { .push($0, .right, in: scene) })
    let puts = all.flatMap { object in
      all.filter { $0 != object && scene.objects[$0].shape == .bowl }.map { (object, $0) }
    }
    guard !puts.isEmpty else { return kinds }
    kinds.append(puts.map { .put($0.0, into: $0.1, in: scene) })
    let twoSteps = puts.flatMap { object, bowl in
      all.filter { $0 != object && $0 != bowl }.map {
        TabletopTask.put(object, into: bowl, thenPick: $0, in: scene)
      }
    }
    let count = suite == .long ? GroundingMixture.twoStepsInLong : 1
    return kinds + Array(repeating: twoSteps, count: count)
  }
}
