import Files
import Foundation
import NanoVLA

/// The output folder of a resumable run.
struct RunFolder {
  let url: URL
  let checkpoint: URL

  init(_ path: String) {
    url = URL(fileURLWithPath: path)
    checkpoint = url.appending(path: BehaviorCloning.checkpointFile)
  }

  /// Whether the folder holds a run to resume.
  /// - Throws: ``RequestError`` if it holds one and `resume` is false, so that none is overwritten.
  func holdsRun(resume: Bool) throws -> Bool {
    let holdsRun = FileManager.default.fileExists(atPath: checkpoint.path)
    guard resume || !holdsRun else {
      throw RequestError(
        "\(url.relativePath) already holds a run: resume it with --resume, or name another folder")
    }
    return holdsRun
  }

  /// Checks that no existing model would be overwritten.
  /// - Throws: ``RequestError`` if the folder holds one.
  func checkHoldsNoModel() throws {
    let file = url.appending(path: VLA.configurationFile)
    guard !FileManager.default.fileExists(atPath: file.path) else {
      throw RequestError("\(url.relativePath) already holds a model: name another folder")
    }
  }

  /// Checks before training that the folder can be written, and leaves no new folder behind.
  /// - Throws: `CheckpointError.cannotWrite`
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
