import Files
import Foundation
import NanoVLA

/// The folder that a long run writes.
struct RunFolder {
  let url: URL
  let checkpoint: URL

  init(_ path: String) {
    url = URL(fileURLWithPath: path)
    checkpoint = url.appending(path: BehaviorCloning.checkpointFile)
  }

  /// Whether there is a run to go on with. One that was not asked for is not overwritten.
  func holdsRun(resume: Bool) throws -> Bool {
    let holdsRun = FileManager.default.fileExists(atPath: checkpoint.path)
    guard resume || !holdsRun else {
      throw RequestError(
        "\(url.relativePath) holds a run: go on with it by --resume, or name another folder")
    }
    return holdsRun
  }

  /// A model of another origin is not overwritten either.
  func checkHoldsNoModel() throws {
    let file = url.appending(path: VLA.configurationFile)
    guard !FileManager.default.fileExists(atPath: file.path) else {
      throw RequestError("\(url.relativePath) holds a model already: name another folder")
    }
  }

  /// A folder that cannot be written is found out now, not after minutes of training. Afterwards
  /// there is no more than before: it may still turn out that there is nothing to write.
  func checkWritable() throws {
    let files = FileManager.default
    var made: [URL] = []
    defer { for folder in made { rmdir(folder.path) } }
    var missing = url
    while !files.fileExists(atPath: missing.path), missing.path != "/" {
      made.append(missing)
      missing.deleteLastPathComponent()
    }
    try? files.createDirectory(at: url, withIntermediateDirectories: true)
    var isFolder: ObjCBool = false
    guard files.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue,
      files.isWritableFile(atPath: url.path)
    else { throw CheckpointError.cannotWrite(url.path) }
  }
}
