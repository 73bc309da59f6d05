import Foundation
import Images

/// Demonstrations, and the folder that keeps them:
///
///     episode-000.png         the T frames of one episode side by side, a film strip
///     demonstrations.jsonl    one line an episode: strip, suite, instruction, seed, actions, …
///
/// The text holds five decimals, and reading gives back the very numbers that were written.
public struct DemonstrationDataset: Sendable, Equatable {
  public var demonstrations: [Demonstration]

  public init(_ demonstrations: [Demonstration]) { self.demonstrations = demonstrations }

  /// How many frames, and so how many actions, there are in all.
  public var frameCount: Int { demonstrations.reduce(0) { $0 + $1.actions.count } }

  public static let fileName = "demonstrations.jsonl"

  /// `count` successful demonstrations of `suite`, from the layouts `firstSeed`, `firstSeed` + 1, …;
  /// a layout on which the noisy expert fails is left out.
  ///
  /// - Parameter progress: is told how many are done, after each one.
  public static func generate(
    suite: Suite, count: Int, firstSeed: UInt64 = 0, noise: Float = 0.10, flips: Float = 0,
    renderer: Renderer = Renderer(), progress: (Int) -> Void = { _ in }
  ) throws -> DemonstrationDataset {
    guard noise >= 0, noise <= 10, (0...1).contains(flips), (0...maximumEpisodes) ~= count,
      firstSeed < .max / 2
    else {
      throw DatasetError.badRequest(
        "noise \(noise) must be in 0 … 10, flips \(flips) in 0 … 1, "
          + "count \(count) in 0 … \(maximumEpisodes), and the first seed below 2⁶³")
    }
    var demonstrations: [Demonstration] = []
    var frameCount = 0
    var seed = firstSeed
    while demonstrations.count < count {
      guard seed - firstSeed < UInt64(20 * count + 100) else {
        throw DatasetError.badRequest(
          "the expert succeeds too seldom with noise \(noise) and flips \(flips): "
            + "\(demonstrations.count) of \(count) after \(seed - firstSeed) layouts")
      }
      if let demonstration = Demonstration.record(
        suite: suite, seed: seed, noise: noise, flips: flips, renderer: renderer)
      {
        demonstrations.append(demonstration)
        frameCount += demonstration.frames.count
        progress(demonstrations.count)
      }
      guard frameCount * 3 * renderer.size * renderer.size <= maximumPixelBytes else {
        throw DatasetError.badRequest(
          "more than 2 GiB of frames: make several smaller data sets, with other first seeds")
      }
      seed += 1
    }
    return DemonstrationDataset(demonstrations)
  }

  /// The 100 demonstrations of the object suite that come with the package.
  public static func bundled() throws -> DemonstrationDataset {
    try DemonstrationDataset(contentsOf: bundledFolder())
  }

  public static func bundledFolder() throws -> URL {
    try BundledFolder.locate(
      bundle: "nanoVLA_Tabletop", folder: "Demonstrations", source: #filePath)
  }
}

// MARK: - Writing

extension DemonstrationDataset {
  /// Writes the data set to `folder`, which is made if need be. Earlier demonstrations there are
  /// replaced; other files stay. Everything is written to a folder beside it first, so a full disk
  /// spoils nothing.
  public func write(to folder: URL) throws {
    let files = FileManager.default
    let draft = folder.deletingLastPathComponent()
      .appendingPathComponent(".\(folder.lastPathComponent).\(UUID().uuidString)")
    do {
      try files.createDirectory(at: folder, withIntermediateDirectories: true)
      try files.createDirectory(at: draft, withIntermediateDirectories: false)
    } catch {
      throw DatasetError.cannotWrite(folder.path)
    }
    defer { try? files.removeItem(at: draft) }

    var lines = ""
    var names: [String] = []
    for (index, demonstration) in demonstrations.enumerated() {
      names.append(Self.stripName(index))
      lines += demonstration.jsonLine(strip: names[index]) + "\n"
      let strip = RGBImage.filmStrip(demonstration.frames)
      try strip.writePNG(to: draft.appendingPathComponent(names[index]))
    }
    try Data(lines.utf8).writeAtomically(to: draft.appendingPathComponent(Self.fileName))

    for name in names + [Self.fileName] {
      let target = folder.appendingPathComponent(name)
      guard rename(draft.appendingPathComponent(name).path, target.path) == 0 else {
        throw DatasetError.cannotWrite(target.path)
      }
    }
    removeOldStrips(in: folder, except: Set(names))
  }

  /// An earlier, larger data set leaves strips that no line names any more.
  private func removeOldStrips(in folder: URL, except kept: Set<String>) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where !kept.contains(name) {
      let number = name.dropFirst("episode-".count).dropLast(".png".count)
      guard let index = Int(number), name == Self.stripName(index) else { continue }
      try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }

  /// "episode-007.png"
  private static func stripName(_ index: Int) -> String {
    let digits = String(index)
    return "episode-\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits).png"
  }
}
