import NanoVLA
import Tabletop
import Tensors

/// How far off a toy VLM points: the number that ``GroundingPretraining`` makes small.
extension ToyVLM {
  /// What this model finds for the N instructions of `examples`.
  func ground(_ examples: GroundingExamples) -> Grounding {
    let vision = encodeImage(Pixels.tensor(of: examples.images))
    // The simulator's own instructions have no unknown words.
    let (text, mask) = encodeText(examples.tasks.map { try! tokenizer.encode($0.instruction) })
    return ground(vision: vision, text: text, mask: mask)
  }

  /// The first seed of the scenes that measure pointing: past the held-out layouts that closed-loop
  /// evaluation uses.
  private static let firstSeed = Suite.firstHeldOutSeed + 500_000

  /// The mean Euclidean distance, in world units, between points and true positions on scenes that no
  /// training uses.
  ///
  /// - Parameter scenes: how many, with one instruction each.
  /// - Returns: the distance for the first object of each instruction, and for the destination of the
  ///   instructions that have one.
  public func pointingError(scenes: Int = 1000) -> (object: Float, destination: Float) {
    let renderer = Renderer(size: configuration.imageSize)
    let shards = inShards(of: scenes) { range in
      withoutGradient { () -> (object: [Float], destination: [Float]) in
        let examples = GroundingExamples(
          count: range.count, tasksPerScene: 1,
          firstSeed: Self.firstSeed + UInt64(range.lowerBound), renderer: renderer)
        let points = ground(examples).points  // [N, Q, 2]
        var errors: (object: [Float], destination: [Float]) = ([], [])
        for (n, task) in examples.tasks.enumerated() {
          func error(_ slot: Int, _ object: Int) -> Float {
            let object = examples.scenes[n].objects[object]
            return object.distance(x: points[n, slot, 0], y: points[n, slot, 1])
          }
          errors.object.append(error(0, task.firstObject))
          if let bowl = task.destination { errors.destination.append(error(1, bowl)) }
        }
        return errors
      }
    }
    func mean(_ values: [Float]) -> Float { values.reduce(0, +) / Float(max(1, values.count)) }
    return (mean(shards.flatMap(\.object)), mean(shards.flatMap(\.destination)))
  }
}
