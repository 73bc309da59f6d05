import Console
import Files
import Foundation
import NanoVLA
import Ranks

/// The output folder of a resumable run, which no other run writes into at the same time.
struct RunFolder {
  let url: URL
  let checkpoint: URL
  private let lock: FolderLock
  private let isCopy: Bool

  /// Creates the folder if it does not exist, and locks it until ``release()``.
  /// - Throws: `FolderLockError`
  init(_ path: String) throws { try self.init(URL(fileURLWithPath: path), isCopy: false) }

  /// The folder `path` on rank 0. The other ranks, which may have no such disk, get a temporary folder
  /// for copies of rank 0's files.
  /// - Throws: `FolderLockError`
  init(_ path: String, among ranks: any Communicator) throws {
    let copy = "nanovla-rank\(ranks.rank)-\(UUID())"
    try self.init(
      ranks.isFirst
        ? URL(fileURLWithPath: path) : FileManager.default.temporaryDirectory.appending(path: copy),
      isCopy: !ranks.isFirst)
  }

  private init(_ url: URL, isCopy: Bool) throws {
    (self.url, self.isCopy) = (url, isCopy)
    checkpoint = url.appending(path: BehaviorCloning.checkpointFile)
    lock = try FolderLock(url)
  }

  /// Ends the lock, and removes the folder again if it was created and nothing written into it.
  func release() {
    discardCopy()
    lock.release()
  }

  /// Removes the folder if it holds copies, which nothing needs once the run is read from them.
  func discardCopy() {
    if isCopy { try? FileManager.default.removeItem(at: url) }
  }

  /// What another rank needs to resume the run, as paths in the folder.
  static let resumedFiles =
    [BehaviorCloning.checkpointFile]
    + [VLA.configurationFile, VLA.weightsFile, VLA.statisticsFile].map { "start/\($0)" }

  /// Whether the folder holds a run to resume.
  /// - Throws: ``RequestError`` if it holds one and `resume` is false, so that none is overwritten;
  ///   `FileReadError` if a file of the run is a link that leads out of the folder.
  func holdsRun(resume: Bool) throws -> Bool {
    let holdsRun = FileManager.default.fileExists(atPath: checkpoint.path)
    guard resume || !holdsRun else {
      throw RequestError(
        "\(url.relativePath) already holds a run: resume it with --resume, or name another folder")
    }
    if holdsRun { try checkFiles() }
    return holdsRun
  }

  /// Refuses links out of the folder in the place of what a run reads and writes: a folder that was
  /// downloaded could make it replace other files.
  private func checkFiles() throws {
    let policy = [VLA.configurationFile, VLA.weightsFile, VLA.statisticsFile]
    let inner = ["start", "policy"].flatMap { folder in policy.map { "\(folder)/\($0)" } }
    let own = [BehaviorCloning.checkpointFile, "metrics.jsonl", "curve.png", "start", "policy"]
    let boundary = FolderBoundary(url)
    for name in own + policy + inner { try boundary.checkForWriting(url.appending(path: name)) }
  }

  /// Checks that no existing model would be overwritten.
  /// - Throws: ``RequestError`` if the folder holds one.
  func checkHoldsNoModel() throws {
    let file = url.appending(path: VLA.configurationFile)
    guard !FileManager.default.fileExists(atPath: file.path) else {
      throw RequestError("\(url.relativePath) already holds a model: name another folder")
    }
  }

  /// Says from now on, when a signal ends the program, that the run can be resumed.
  func isResumable() {
    Interruption.setAdvice(
      "\(url.relativePath) holds the run up to its last checkpoint, continue it with --resume")
  }

  /// The error that ends a run whose numbers are no longer finite.
  /// - Parameters:
  ///   - what: the number and its place, such as "the loss at step 8".
  ///   - remedy: what to change.
  func diverged(_ what: String, remedy: String) -> RequestError {
    let holds =
      FileManager.default.fileExists(atPath: checkpoint.path)
      ? "\(url.relativePath) keeps the run up to its last checkpoint, which diverges again if resumed"
      : "nothing was written"
    return RequestError("\(what) is not finite; \(holds): \(remedy) and another --output")
  }
}
