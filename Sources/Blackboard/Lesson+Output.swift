import Foundation
import Images

/// The pictures and files that a lesson saves.
extension Lesson {
  /// Saves a PNG picture in `nanovla-output` and prints its path after `meaning`.
  public func save(
    _ image: RGBImage, as name: String, _ meaning: String, line: Int = #line
  ) throws {
    page?.append(.picture(image, description: meaning, caption: meaning), line: line)
    try write(image, as: name, meaning)
  }

  func write(_ image: RGBImage, as name: String, _ meaning: String) throws {
    try image.writePNG(to: output(named: name))
    "\(meaning): nanovla-output/\(name)".paragraphs(width: width).forEach(print)
  }

  /// The path of an output file: `nanovla-output/` at the top of the checkout, or in the working
  /// directory if that is outside of the checkout. Creates the folder; throws an `OutputError` if it
  /// cannot.
  public func output(named name: String) throws -> URL {
    let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    let isInside = (here.path + "/").hasPrefix(checkout.path + "/")
    let folder = (isInside ? checkout : here).appending(path: "nanovla-output")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch { throw OutputError(folder: folder.path) }
    return folder.appending(path: name)
  }
}

/// The folder for output could not be created.
public struct OutputError: Error, CustomStringConvertible {
  /// The folder's path.
  public let folder: String
  public var description: String {
    "cannot create the folder \(folder): a file of that name may exist; move it"
  }
}
