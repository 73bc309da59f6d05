import Files
import Images

/// The frames of one episode as PNG files: rows of 32, and several files if they are many.
enum FilmStrips {
  private static let columns = 32
  /// Pixels of one file, 48 MiB in memory.
  private static let pixels = 16 << 20

  /// The number of frames in each file of an episode of `steps` frames of `size`.
  static func counts(of steps: Int, _ size: RobotDatasetHeader.ImageSize) -> [Int] {
    let most = max(1, pixels / (size.width * size.height))
    return stride(from: 0, to: steps, by: most).map { min(most, steps - $0) }
  }

  /// The files' names: "episode-000007.png", then "episode-000007-1.png", ….
  static func names(_ index: Int, count: Int) -> [String] {
    let digits = String(index)
    let name = "episode-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    return (0..<count).map { $0 == 0 ? "\(name).png" : "\(name)-\($0).png" }
  }

  /// Whether a file has a name that ``names(_:count:)`` gives.
  static func isOwn(_ name: String) -> Bool {
    let parts = name.dropFirst("episode-".count).dropLast(".png".count).split(separator: "-")
    guard 1...2 ~= parts.count, let index = Int(parts[0]), index >= 0 else { return false }
    guard let part = parts.count == 1 ? 0 : Int(parts[1]), 0...Limits.robotEpisodeSteps ~= part
    else { return false }
    return names(index, count: part + 1).last == name
  }

  /// A plain file name. Bytes are compared: "/" with an accent is another character.
  static func isName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return bytes.suffix(4).elementsEqual(".png".utf8) && bytes.count <= 200
      && !bytes.contains(UInt8(ascii: "/")) && !bytes.contains(0)
  }

  /// Frames of one size in rows of 32; the end of the last row is white.
  static func strip(_ frames: some Sequence<RGBImage>) -> RGBImage {
    let frames = Array(frames)
    let rows = stride(from: 0, to: frames.count, by: columns).map {
      Array(frames[$0..<min($0 + columns, frames.count)])
    }
    return .contactSheet(rows: rows, padding: 0)
  }

  /// The `count` frames of a strip; nil if its size is another.
  static func frames(
    of strip: RGBImage, count: Int, _ size: RobotDatasetHeader.ImageSize
  ) -> [RGBImage]? {
    let rows = (count + columns - 1) / columns
    guard strip.width == min(count, columns) * size.width, strip.height == rows * size.height else {
      return nil
    }
    return (0..<count).map {
      strip.cropped(
        x: $0 % columns * size.width, y: $0 / columns * size.height, width: size.width,
        height: size.height)
    }
  }
}
