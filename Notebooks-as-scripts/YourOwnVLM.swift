// A VLM of your own in one file: write it, pre-train it, put a policy on it, save it and load it.
//
//   swift run nanovla-lesson notebook YourOwnVLM [--full] [--html vlm.html]
//
// About 1 minute on 2 cores.

import Blackboard
import Foundation
import Images
import NanoVLA
import Runs
import Tabletop
import Tensors
import VLMs

let question = """
  What does it take to replace the backbone of a policy by a network of one's own? Here is one that
  fits a page: two small transformers and a single attention from the instruction to the patches. It
  is pre-trained for different times, to point at the named object in fresh scenes. Then the same
  head is cloned on it from the same 100 demonstrations. How does the success rate depend on what
  the backbone has learned before?
  """
let prediction = """
  Success follows the pointing error. The gripper must close within a tenth of the table's width of
  the object (`Rules.graspRadius`), so success should be near chance while the error is several
  times that, and rise steeply when it falls below. The demonstrations cannot make up for a blind
  backbone, because it is frozen while the head learns.
  """

// %% The network
// Each patch becomes a key, the whole instruction one query. The softmax of their products is a map
// of the image, and its expected position is the point; a linear layer corrects it within the
// patch. A policy needs only what `Backbone` asks for: a name, a configuration, and a state for
// each observation.
final class MyVLM: Backbone {
  static let kind = "myVLM"
  struct Configuration: Codable, Equatable, Sendable {
    var width = 48  // D
    var patchSize = 8
  }
  let configuration: Configuration
  let tokenizer = WordTokenizer(
    vocabulary: TabletopTask.words, maximumLength: TabletopTask.maximumWords)
  let patches: PatchEmbedding
  let vision: TinyTransformer
  let words: TokenEmbedding
  let language: TinyTransformer
  let query, key: Linear  // D → D
  let offset: Linear  // D → 2

  init(_ configuration: Configuration = .init(), using random: inout SeededRandom) {
    self.configuration = configuration
    let D = configuration.width
    patches = PatchEmbedding(
      imageSize: 64, patchSize: configuration.patchSize, width: D, using: &random)
    vision = TinyTransformer(width: D, depth: 1, heads: 4, ratio: 2, using: &random)
    words = TokenEmbedding(
      vocabulary: tokenizer.count, length: tokenizer.maximumLength, width: D, using: &random)
    language = TinyTransformer(width: D, depth: 1, heads: 4, ratio: 2, using: &random)
    query = Linear(inputs: D, outputs: D, using: &random)
    key = Linear(inputs: D, outputs: D, using: &random)
    offset = Linear(inputs: D, outputs: 2, using: &random)
    offset.weight.values = Array(repeating: 0, count: 2 * D)
  }

  static func make(
    _ configuration: Configuration, relativeTo: URL?, using random: inout SeededRandom
  ) -> MyVLM { MyVLM(configuration, using: &random) }

  var imageSize: Int? { 64 }
  var side: Int { 64 / configuration.patchSize }

  /// N images, N instructions → scores of the patches [N, P] and points on the table [N, 2].
  func point(_ images: [RGBImage], _ instructions: [String]) throws -> (
    scores: Tensor, point: Tensor
  ) {
    let (N, D) = (images.count, configuration.width)
    let ids = try instructions.map { try tokenizer.encode($0) }
    let mask = AttentionMask.padding(ids.map(tokenizer.mask))  // → [N, 1, 1, T]
    let text = language(words(ids), mask: mask).meanOfTokens(mask: mask)  // [N, T, D] → [N, D]
    let image = vision(patches(Pixels.tensor(of: images)))  // [N, 64, 64, 3] → [N, P, D]
      .traced("image tokens", "one for each patch")
    let q = query(text).reshaped([N, D, 1])  // [N, D] → [N, D, 1]
    let scores = (key(image).matmul(q) * (1 / Float(D).squareRoot()))  // [N, P, D] × [N, D, 1]
      .reshaped([N, -1])  // [N, P, 1] → [N, P]
      .traced("patch scores", "query · key / √D")
    let weights = scores.softmax().reshaped([N, 1, side * side])  // [N, P] → [N, 1, P]
    let attended = weights.matmul(image).reshaped([N, D])  // [N, 1, P] × [N, P, D] → [N, D]
    let expected = weights.matmul(centers).reshaped([N, 2])  // [N, 1, P] × [P, 2] → [N, 2]
    return (scores, (expected + offset(attended)).traced("point", "x and y on the table"))
  }

  /// The place on the table of each patch's center, [P, 2].
  private var centers: Tensor {
    let places = (0..<side * side).flatMap { patch -> [Float] in
      let (u, v) = (Float(patch % side) + 0.5, Float(patch / side) + 0.5)
      let (x, y) = Camera.tabletop.tablePoint(u: u / Float(side), v: v / Float(side))
      return [x, y]
    }
    return Tensor(places, shape: [side * side, 2])
  }

  func stateWidth(usesProprioception: Bool) -> Int { usesProprioception ? 8 : 2 }

  func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor {
    let point = try point(observations.map(\.image), instructions).point  // [N, 2]
    guard usesProprioception else { return point }
    let robot = Tensor(
      observations.flatMap { $0.proprioception ?? [] }, shape: [observations.count, 4])
    let relative = (point - robot.sliced(axis: 1, 0..<2)) * 4  // [N, 2]
    return Tensor.concatenated([point, relative, robot], axis: 1)  // → [N, 8]
      .traced("state", "the point, relative to the gripper, and proprioception")
  }
}

// %% Scenes to learn from
// The simulator knows where the objects are; a published VLM has learned the like from captions. A
// third of the scenes shows the gripper above the named object, a third holding it, as later in an
// episode.
struct Scenes {
  var images: [RGBImage] = []
  var instructions: [String] = []
  var positions: [Float] = []
  var patches: [Int] = []

  init(_ seeds: Range<UInt64>, side: Int) {
    for seed in seeds {
      let start = Suite.object.initialState(seed: seed)
      var (scene, random) = (start.scene, SeededRandom(seed: ~seed))
      let object = scene.objects[start.task.firstObject]
      switch random.integer(below: 3) {
      case 0: break
      case 1:
        scene.gripper.x = object.x + 0.05 * random.normal()
        scene.gripper.y = object.y + 0.05 * random.normal()
        scene.gripper.z = random.uniform()
      default:
        scene = Scene(
          objects: scene.objects,
          gripper: Gripper(
            x: object.x, y: object.y, z: random.uniform(in: 0...0.5), isClosed: true),
          held: start.task.firstObject)
      }
      let seen = scene.objects[start.task.firstObject]
      let (u, v) = Camera.tabletop.imagePoint(x: seen.x, y: seen.y, z: seen.z)
      func cell(_ fraction: Float) -> Int { min(max(Int(fraction * Float(side)), 0), side - 1) }
      images.append(Renderer().render(scene))
      instructions.append(start.task.instruction)
      positions += [seen.x, seen.y]
      patches.append(cell(v) * side + cell(u))
    }
  }
  var truth: Tensor { Tensor(positions, shape: [images.count, 2]) }
}

Lesson.notebook("Your own VLM", question: question, prediction: prediction) { lesson in

  // %% Knobs
  lesson.heading("Knobs")
  let lengths = lesson.knob(
    "lengths", [0, 200, 1200], full: [0, 200, 1200, 8000], "pre-training steps")
  let seeds = lesson.knob("seeds", 3, full: 5, "networks for each length")
  let episodes = lesson.knob("episodes", 100, full: 500, "held-out layouts")
  let steps = 2000  // batches of 64 time steps for the head

  // %% The shapes
  lesson.heading("The shapes, from image and instruction to the state")
  var random = SeededRandom(seed: lesson.seed)
  let example = Scenes(0..<1, side: 8)
  let untrained = MyVLM(using: &random)
  lesson.picture(example.images[0], "“\(example.instructions[0])”, as the camera sees it")
  _ = try lesson.trace("a single observation", skipping: TransformerBlock.insides) {
    try untrained.state(
      of: [Observation(example.images[0], proprioception: [0.5, 0.5, 0.8, 0])],
      instructions: example.instructions, usesProprioception: true)
  }
  lesson.result("parameters", untrained.parameterCount, "weights")

  // %% Pre-training
  // Two terms: the cross-entropy of the patch in which the object stands, which gives a useful
  // gradient from the first step, and the distance of the point.
  func pretrain(steps: Int, seed: UInt64) throws -> MyVLM {
    var random = SeededRandom(seed: seed)
    let model = MyVLM(using: &random)
    let optimizer = AdamW(model.parameters)
    let schedule = Schedule(peak: 3e-3, warmup: 50, steps: max(steps, 1))
    for step in 0..<steps {
      let first = Suite.firstPretrainingSeed + (seed << 32) + UInt64(step * 32)
      _ = backwardInShards(of: 32, microBatch: 16) { part in
        let range = first + UInt64(part.lowerBound)..<first + UInt64(part.upperBound)
        let scenes = Scenes(range, side: model.side)
        let found = try! model.point(scenes.images, scenes.instructions)  // no unknown word
        return crossEntropy(found.scores, targets: scenes.patches) * 0.2
          + smoothL1(found.point, scenes.truth, width: 0.02) * 10
      }
      optimizer.step(learningRate: schedule(step), maximumNorm: 5)
      lesson.progress(step + 1, of: steps, "pre-training, seed \(seed)")
    }
    return model
  }
  let heldOut = Scenes(Suite.firstHeldOutSeed + 900_000..<Suite.firstHeldOutSeed + 900_500, side: 8)
  func pointingError(_ model: MyVLM) throws -> Float {
    try withoutGradient {
      let found = try model.point(heldOut.images, heldOut.instructions).point
      return (found - heldOut.truth).squared().sum(axis: 1).sqrt().mean().item
    }
  }

  // %% The same head on each
  lesson.heading("Pre-training steps → pointing error → success of the cloned policy")
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let closedLoop = ClosedLoop(in: TabletopEnvironment(), executionHorizon: 2)
  func clone(on backbone: some Backbone, seed: UInt64) throws -> (policy: VLA, success: Double) {
    var random = SeededRandom(seed: seed)
    let policy = try VLA(backbone: backbone, statistics: .bundled(), using: &random)
    let training = BehaviorCloning(
      policy, on: try CloningExamples(demonstrations, for: policy), steps: steps, seed: seed)
    lesson.repeating(steps, "cloning") { training.step() }
    let rollouts = try closedLoop(policy, seeds: Suite.heldOutSeeds(episodes))
    return (policy, SuccessRate(of: rollouts).rate)
  }
  var rows: [(length: Int, error: Estimate, success: Estimate)] = []
  var last: VLA?
  for length in lengths {
    let each = try (0..<seeds).map { number -> (error: Float, success: Double) in
      let model = try pretrain(steps: length, seed: lesson.seed + UInt64(number))
      let error = try pointingError(model)
      let (policy, success) = try clone(on: model, seed: lesson.seed + UInt64(number))
      last = policy
      return (error, success)
    }
    rows.append((length, Estimate(each.map(\.error)), Estimate(each.map(\.success))))
    lesson.keep("pointing_\(length)", rows.last!.error.mean)
    lesson.keep("success_\(length)", rows.last!.success.mean)
  }
  let toy = try clone(on: ToyVLM.bundled(), seed: lesson.seed).success
  lesson.table(
    columns: ["pre-training steps", "pointing error", "success"],
    rows: rows.map { [$0.length, $0.error, $0.success] })
  lesson.result("success_toy", toy, "the same head on the toy VLM, pre-trained for 32,000 steps")
  let points = rows.flatMap { row in zip(row.error.values, row.success.values).map { ($0, $1) } }
  try lesson.chart(
    LineChart(
      "Success by pointing error, one point for each network",
      x: Axis("pointing error (table widths)", 0...0.5), y: .successRate,
      [
        .init(
          "networks", points.sorted { $0.0 < $1.0 }.map { (x: $0.0, y: $0.1) }, showsPoints: true)
      ]),
    as: "own-vlm.png")
  let ordered = zip(rows, rows.dropFirst()).allSatisfy {
    $0.error.mean > $1.error.mean && $0.success.mean <= $1.success.mean
  }
  lesson.say(
    ordered
      ? "Longer pre-training points better and succeeds more often, as predicted."
      : "Success does not follow the pointing error here; compare the intervals first."
  )

  // %% Save it and load it
  // A registered kind can be saved in a policy folder and built again from its configuration.
  lesson.heading("Save it and load it")
  BackboneKind.known.register(MyVLM.kind, .init(MyVLM.self, .init()))
  let folder = try lesson.output(named: "my-vlm")
  try last!.write(to: folder)
  let loaded = try VLA(contentsOf: folder)
  func action(_ policy: VLA) throws -> RobotAction {
    try policy.predictAction(
      example.images[0], instruction: example.instructions[0], proprioception: [0.5, 0.5, 0.8, 0])
  }
  let isSame = try action(loaded).values == action(last!).values
  lesson.say(
    "The policy in nanovla-output/my-vlm gives \(isSame ? "" : "NOT ")the same action after "
      + "loading, bit for bit.")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/0-Foundations/Backbone.swift", "Sources/NanoVLA/3-Fusion/ToyVLM.swift",
      "Sources/VLMs/Registry/BackboneKind.swift",
    ],
    tryThis: [
      "Leave out the cross-entropy of the patch: how much longer does the same error take?",
      "Replace the mean over the words by the last word: which instructions are confused, and why?",
    ])
}
