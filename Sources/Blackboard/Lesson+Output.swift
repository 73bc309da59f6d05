import Foundation
import Images

/// Where a lesson leaves its pictures.
extension Lesson {
  /// Writes a picture and says where it is.
  public func save(_ image: RGBImage, as name: String, _ meaning: String) throws {
    try image.writePNG(to: output(named: name))
    say("\(meaning): nanovla-output/\(name)")
  }

  /// Where a picture of this lesson goes: `nanovla-output/` at the top of the checkout, or in the
  /// working directory if that is somewhere else.
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

/// A folder for pictures that cannot be made.
public struct OutputError: Error, CustomStringConvertible {
  public let folder: String
  public var description: String {
    "cannot make the folder \(folder): is a file of that name in the way?"
  }
}
