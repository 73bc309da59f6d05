import Foundation
import Images

/// What is wrong with a data set, and where. Each prints as one line.
public enum DatasetError: Error, Equatable, CustomStringConvertible {
  case missing(String)
  case tooLarge(String, String)
  /// A line (counted from 1) of the JSON-lines file, and what is wrong with it.
  case badLine(String, line: Int, String)
  case cannotWrite(String)
  case badRequest(String)
  case resourceMissing(String, tried: [String])

  public var description: String {
    switch self {
    case .missing(let path): return "\(path): no such file; a data set is a folder that holds it"
    case .tooLarge(let path, let reason): return "\(path): too large: \(reason)"
    case .badLine(let path, let line, let reason): return "\(path):\(line): \(reason)"
    case .cannotWrite(let path):
      return "cannot write \(path): is a part of that path a file, or may you not write there?"
    case .badRequest(let reason): return reason
    case .resourceMissing(let name, let tried):
      return "the bundled folder \(name) is not here; looked in \(tried.joined(separator: ", "))"
    }
  }
}

extension DemonstrationDataset {
  /// What a file, or a caller, may ask for at most: all frames are held in memory.
  static let maximumEpisodes = 100_000
  static let maximumSteps = 1_000
  static let maximumFileBytes = 512 << 20
  static let maximumPixelBytes = 2 << 30

  /// Reads the data set in `folder`. Throws a `DatasetError` that names file and line.
  public init(contentsOf folder: URL) throws {
    let file = folder.appendingPathComponent(Self.fileName)
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: file.resolvingSymlinksInPath().path)
    guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular else {
      throw DatasetError.missing(file.path)
    }
    let size = attributes[.size] as? Int ?? 0
    guard size <= Self.maximumFileBytes else {
      throw DatasetError.tooLarge(
        file.path, "\(size) bytes, at most \(Self.maximumFileBytes) are read")
    }
    guard let data = FileManager.default.contents(atPath: file.path) else {
      throw DatasetError.missing(file.path)
    }

    demonstrations = []
    var pixelBytes = 0
    for (index, line) in data.split(separator: 10, omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty {
      let place = LinePlace(path: file.path, line: index + 1)
      let row = try Row(line, at: place)
      let frames = try Self.frames(row, in: folder, at: place)
      let side = frames[0].width
      if let first = demonstrations.first?.frames.first, first.width != side {
        throw place.error(
          "strip \(row.strip): frames of \(side) pixels, earlier ones of \(first.width)")
      }
      pixelBytes += 3 * side * side * frames.count
      guard demonstrations.count < Self.maximumEpisodes, pixelBytes <= Self.maximumPixelBytes else {
        throw DatasetError.tooLarge(
          file.path, "more than \(Self.maximumEpisodes) episodes or 2 GiB of pixels")
      }
      demonstrations.append(
        Demonstration(
          suite: row.suite, instruction: row.instruction, seed: row.seed, frames: frames,
          actions: row.actions, proprioception: row.proprioception))
    }
    guard !demonstrations.isEmpty else {
      throw DatasetError.badLine(file.path, line: 1, "the file holds no demonstration")
    }
  }

  /// The strip's frames, if it is as long as the line says.
  private static func frames(
    _ row: Row, in folder: URL, at place: LinePlace
  ) throws -> [RGBImage] {
    let strip: RGBImage
    do { strip = try RGBImage(png: folder.appendingPathComponent(row.strip)) } catch {
      throw place.error("strip \(error)")
    }
    guard strip.width == row.actions.count * strip.height,
      let frames = strip.filmStripFrames(row.actions.count)
    else {
      throw place.error(
        "strip \(row.strip): \(strip.width)×\(strip.height) pixels are not "
          + "\(row.actions.count) square frames, one for each action")
    }
    return frames
  }
}
