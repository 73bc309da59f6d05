import Images
import Tabletop
import Tensors

/// How well a toy VLM points: the number that ``GroundingPretraining`` is there to make small.
extension ToyVLM {
  func ground(_ examples: GroundingExamples) -> Grounding {
    let seen = see(Pixels.tensor(of: examples.images))
    // The simulator's own instructions have no unknown words.
    let (text, mask) = read(examples.tasks.map { try! tokenizer.encode($0.instruction) })
    return ground(vision: seen, text: text, mask: mask)
  }

  /// How far the points are off on fresh scenes that no training saw: mean Euclidean distance in
  /// world units, for the first object and for the destination of instructions that have one.
  public func pointingError(scenes: Int = 1000) -> (object: Float, destination: Float) {
    let renderer = Renderer(size: configuration.imageSize)
    let shards = inShards(of: scenes) { range in
      withoutGradient { () -> (object: [Float], destination: [Float]) in
        let examples = GroundingExamples(
          count: range.count, tasksPerScene: 1,
          firstSeed: Suite.firstHeldOutSeed + 500_000 + UInt64(range.lowerBound),
          renderer: renderer)
        let points = ground(examples).points
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
