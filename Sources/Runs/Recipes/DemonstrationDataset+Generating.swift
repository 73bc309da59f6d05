import Files
import NanoVLA
import Tabletop

extension DemonstrationDataset {
  /// Records `count` successful demonstrations of `suite`: the same ones each time.
  ///
  /// - Parameters:
  ///   - count: at most 100,000.
  ///   - firstSeed: the first layout's seed, below 2⁶³; the others count up from it. A layout on which
  ///     the noisy expert fails is left out.
  ///   - noise: 0 … 10, as ``Demonstration/record(suite:seed:noise:flips:imageSize:)`` reads it.
  ///   - flips: 0 … 1, likewise.
  ///   - imageSize: side of the frames, in pixels.
  ///   - progress: called after each demonstration with the number recorded so far.
  /// - Throws: ``DatasetError/badRequest(_:)`` for a value out of range, if the expert fails on nearly
  ///   every layout, or if the frames would take more than 2 GiB.
  public static func generate(
    suite: Suite, count: Int, firstSeed: UInt64 = 0, noise: Float = 0.10, flips: Float = 0,
    imageSize: Int = 64, progress: (Int) -> Void = { _ in }
  ) throws -> DemonstrationDataset {
    guard noise >= 0, noise <= 10, (0...1).contains(flips), (0...Limits.episodes) ~= count,
      firstSeed < .max / 2
    else {
      throw DatasetError.badRequest(
        "noise \(noise) must be in 0 … 10, flips \(flips) in 0 … 1, "
          + "count \(count) in 0 … \(Limits.episodes), and the first seed below 2⁶³")
    }
    var demonstrations: [Demonstration] = []
    var frameCount = 0
    var seed = firstSeed
    while demonstrations.count < count {
      guard seed - firstSeed < UInt64(20 * count + 100) else {
        throw DatasetError.badRequest(
          "the expert succeeds too rarely with noise \(noise) and flips \(flips): "
            + "\(demonstrations.count) of \(count) after \(seed - firstSeed) layouts")
      }
      if let demonstration = Demonstration.record(
        suite: suite, seed: seed, noise: noise, flips: flips, imageSize: imageSize)
      {
        demonstrations.append(demonstration)
        frameCount += demonstration.frames.count
        progress(demonstrations.count)
      }
      guard frameCount * 3 * imageSize * imageSize <= Limits.datasetPixelBytes else {
        throw DatasetError.badRequest(
          "more than 2 GiB of frames: record several smaller datasets, with other first seeds")
      }
      seed += 1
    }
    return DemonstrationDataset(demonstrations)
  }
}
