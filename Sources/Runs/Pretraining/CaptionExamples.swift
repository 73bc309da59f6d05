import NanoVLA
import Tabletop
import Tensors

/// Images with captions, which a ``TextHead`` is co-trained with: where the named objects are.
///
///     put the blue ball in the green bowl      the left far in the right near
///     pick up the red cup                      the right far
///
/// The scenes are those of grounding pre-training, and no demonstration shows them: they stand for
/// the captioned images of the web. A caption says what the backbone's state contains, the objects'
/// places. The state contains no color and no shape.
///
/// - Letters: M captions, S state numbers.
/// - Reference: Brohan et al., "RT-2" (2023), §3.2, co-fine-tuning on robot and web data.
public struct CaptionExamples {
  /// What the policy's head reads of each image and instruction, [M, S].
  public let states: Tensor
  /// The true caption of each, in words of the grammar: M sentences.
  public let captions: [String]

  /// The first seed of captioned scenes, of those that the bundled backbone did not learn from.
  public static let firstSeed = Suite.firstPretrainingSeed + 1 << 40

  /// The first seed of captioned scenes to evaluate on.
  public static let firstHeldOutSeed = firstSeed + 1_000_000

  /// Captions of `count` scenes, whose seeds count up from `firstSeed`.
  /// - Throws: ``InstructionError``, or an error of the backbone, if it cannot read the instructions.
  public init(
    for policy: VLA, count: Int = 2000, firstSeed: UInt64 = CaptionExamples.firstSeed
  ) throws {
    let renderer = Renderer(size: policy.backbone.imageSize ?? Renderer.designSize)
    let examples = GroundingExamples(
      count: count, tasksPerScene: 1, firstSeed: firstSeed, renderer: renderer)
    let states = inShards(of: count) { part in
      withoutGradient {
        Result {
          try policy.state(  // → [M, S]
            of: part.map { n in
              let observation = Observation(
                examples.images[n], proprioception: examples.scenes[n].proprioception)
              return Array(repeating: observation, count: policy.history)
            }, instructions: part.map { examples.tasks[$0].instruction })
        }
      }
    }
    self.states = Tensor.concatenated(try states.map { try $0.get() }, axis: 0)
    captions = zip(examples.tasks, examples.scenes).map { $0.caption(of: $1) }
  }

  /// The fraction of the captions that `head` writes word for word.
  public func accuracy(of head: TextHead) -> Double {
    let written = withoutGradient { head.captions(for: states) }
    return Double(zip(written, captions).count { $0 == $1 }) / Double(captions.count)
  }
}

extension TextHead {
  /// Mixes `examples` into the batches of ``loss(_:_:using:)``.
  /// - Throws: ``InstructionError`` for a word that the head's vocabulary lacks.
  public func coTrain(on examples: CaptionExamples) throws {
    try coTrain(on: examples.states, captions: examples.captions)
  }
}

extension TabletopTask {
  /// Where its objects are in `scene`: "the left far in the right near then the left near".
  func caption(of scene: Scene) -> String {
    func place(_ index: Int) -> String {
      let object = scene.objects[index]
      return "the \(object.x < 0.5 ? "left" : "right") \(object.y < 0.5 ? "far" : "near")"
    }
    let destination = destination.map { " in " + place($0) } ?? ""
    return place(firstObject) + destination + (finalObject.map { " then " + place($0) } ?? "")
  }
}
