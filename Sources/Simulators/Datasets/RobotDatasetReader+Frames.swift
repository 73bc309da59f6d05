import Files
import Images
import Tabletop

extension RobotDatasetReader {
  /// The frames of the record's strips, if there are as many as actions.
  func frames(of record: RobotEpisodeRecord, at location: LineLocation) throws -> [RGBImage] {
    let (steps, size) = (record.actions.count, header.imageSize!)  // a record needs a size
    guard steps * size.width * size.height * 3 <= Limits.datasetPixelBytes else {
      throw location.error("\(steps) frames of \(size) are more than 2 GiB of pixels")
    }
    return try zip(record.strips, FilmStrips.counts(of: steps, size)).flatMap { name, count in
      let strip: RGBImage
      do { strip = try RGBImage(png: boundary.file(name)) } catch {
        throw location.error("strip \(error)")
      }
      guard let frames = FilmStrips.frames(of: strip, count: count, size) else {
        throw location.error(
          "strip \(brief(name)): \(strip.width)×\(strip.height) pixels are not \(count) frames of "
            + "\(size) in rows of 32")
      }
      return frames
    }
  }
}
