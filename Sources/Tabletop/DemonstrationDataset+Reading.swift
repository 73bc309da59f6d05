import Files
import Foundation
import Images

/// Reading a dataset's folder. Nothing in it is trusted: sizes are checked before memory is allocated.
extension DemonstrationDataset {

  /// Reads the dataset in `folder`.
  ///
  /// - Throws: a ``DatasetError`` that names the file and the line; `FileReadError` for a link that leads
  ///   out of the folder.
  public init(contentsOf folder: URL) throws {
    let boundary = FolderBoundary(folder)
    let file = try boundary.file(Self.fileName)
    let data: Data
    do throws(FileReadError) {
      data = try Data(regularFile: file, limit: Limits.datasetBytes)
    } catch {
      if case .tooLarge = error.reason {
        throw DatasetError.tooLarge(file.path, error.reason.description)
      }
      throw DatasetError.missing(file.path)
    }

    demonstrations = []
    var pixelBytes = 0
    try Self.eachLine(of: data, in: file.path) { line, location in
      let record = try DemonstrationRecord(line, at: location)
      let frames = try Self.frames(record, in: boundary, at: location)
      let side = frames[0].width
      if let first = demonstrations.first?.frames.first, first.width != side {
        throw location.error(
          "strip \(record.strip): frames of \(side) pixels, earlier ones of \(first.width)")
      }
      pixelBytes += 3 * side * side * frames.count
      guard demonstrations.count < Limits.episodes, pixelBytes <= Limits.datasetPixelBytes else {
        throw DatasetError.tooLarge(
          file.path, "more than \(Limits.episodes) episodes or 2 GiB of pixels")
      }
      demonstrations.append(
        Demonstration(
          suite: record.suite, instruction: record.instruction, seed: record.seed, frames: frames,
          actions: record.actions, proprioception: record.proprioception))
    }
    guard !demonstrations.isEmpty else {
      throw DatasetError.badLine(file.path, line: 1, "the file holds no demonstration")
    }
  }

  /// Calls `body` with each line that is not empty, one after another: a list of them could take many
  /// times the memory of the file.
  package static func eachLine(
    of data: Data, in path: String, limit: Int = Limits.datasetLineBytes,
    _ body: (Data, LineLocation) throws -> Void
  ) throws {
    try data.withUnsafeBytes { bytes in
      var location = LineLocation(path: path, line: 0)
      var start = 0
      while start < bytes.count, let base = bytes.baseAddress {
        let rest = bytes.count - start
        let newline = memchr(base + start, 10, rest)
        let length = newline.map { $0 - UnsafeMutableRawPointer(mutating: base + start) } ?? rest
        location.line += 1
        if length > 0 {
          guard length <= limit else {
            throw location.error("\(length) bytes; a line has at most \(limit)")
          }
          try body(Data(bytes[start..<start + length]), location)
        }
        start += length + 1
      }
    }
  }

  /// The frames of the record's strip, if there are as many as actions.
  private static func frames(
    _ record: DemonstrationRecord, in folder: FolderBoundary, at location: LineLocation
  ) throws -> [RGBImage] {
    let strip: RGBImage
    do { strip = try RGBImage(png: folder.file(record.strip)) } catch {
      throw location.error("strip \(error)")
    }
    guard strip.width == record.actions.count * strip.height,
      let frames = strip.filmStripFrames(record.actions.count)
    else {
      throw location.error(
        "strip \(record.strip): \(strip.width)×\(strip.height) pixels are not "
          + "\(record.actions.count) square frames, one for each action")
    }
    return frames
  }
}
