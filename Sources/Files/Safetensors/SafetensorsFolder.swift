import Foundation
import Tensors

/// A published checkpoint: a folder with model.safetensors, or with several such files (shards) and
/// model.safetensors.index.json, which says what is in which.
///
/// Opening reads the index alone. A shard is mapped when one of its tensors is first asked for, and
/// is then checked: it must hold all that the index says, and nothing that is said of another.
/// Tensors that the index does not list are not seen. Any thread may ask.
public final class SafetensorsFolder: @unchecked Sendable {
  public let url: URL
  /// All tensors: in the order of the index, or of their bytes in the only file.
  public let names: [String]
  /// The files, sorted by name.
  public let shards: [String]

  private let shardOf: [String: String]
  private let index: String  // the file that errors about the whole name
  private var opened: [String: SafetensorsFile] = [:]
  private let lock = NSLock()
  private let boundary: FolderBoundary

  public static let onlyFile = "model.safetensors"
  public static let indexFile = "model.safetensors.index.json"

  /// Reads what is where, and checks that every shard exists; with both kinds of file in the folder,
  /// the single one counts.
  public init(url: URL) throws(SafetensorsError) {
    self.url = url
    boundary = FolderBoundary(url)
    let only = url.appending(path: Self.onlyFile)
    if FileManager.default.fileExists(atPath: only.path) {
      try Self.check(only, boundary)
      let file = try SafetensorsFile(url: only)
      (index, names, shards) = (only.path, file.names, [Self.onlyFile])
      shardOf = Dictionary(uniqueKeysWithValues: file.names.map { ($0, Self.onlyFile) })
      opened = [Self.onlyFile: file]
      return
    }
    index = url.appending(path: Self.indexFile).path
    guard FileManager.default.fileExists(atPath: index) else {
      throw SafetensorsError(file: url.path, reason: .noCheckpoint)
    }
    try Self.check(URL(filePath: index), boundary)
    do {
      let read = try SafetensorsIndex(MappedMemory(file: URL(filePath: index)))
      (names, shardOf) = (read.names, read.shardOf)
      shards = Set(shardOf.values).sorted()
      for shard in shards
      where !FileManager.default.fileExists(atPath: url.appending(path: shard).path) {
        throw SafetensorsError.Reason.missingShard(shard)
      }
    } catch let reason as SafetensorsError.Reason {
      throw SafetensorsError(file: index, reason: reason)
    } catch {
      throw SafetensorsError(file: index, reason: .cannotOpen("\(error)"))
    }
  }

  public func contains(_ name: String) -> Bool { shardOf[name] != nil }

  /// The file that holds the tensor called `name`, opened and checked.
  /// - Throws: `SafetensorsError`; if no such tensor is listed, it names the nearest ones.
  public func file(of name: String) throws(SafetensorsError) -> SafetensorsFile {
    guard let shard = shardOf[name] else {
      let nearest = nearestNames(to: name, among: names)
      throw SafetensorsError(
        file: index, reason: .missingTensor(name, nearest: nearest, count: names.count))
    }
    return try open(shard)
  }

  /// The shard of this name, opened once and compared with the index.
  func open(_ shard: String) throws(SafetensorsError) -> SafetensorsFile {
    lock.lock()
    defer { lock.unlock() }
    if let file = opened[shard] { return file }
    try Self.check(url.appending(path: shard), boundary)
    let file = try SafetensorsFile(url: url.appending(path: shard))
    for name in names where shardOf[name] == shard && !file.contains(name) {
      throw SafetensorsError(file: file.url.path, reason: .missingFromShard(tensor: name))
    }
    for name in file.names {
      guard let listed = shardOf[name], listed != shard else { continue }
      throw SafetensorsError(
        file: file.url.path, reason: .inTwoShards(tensor: name, other: listed))
    }
    opened[shard] = file
    return file
  }

  private static func check(
    _ file: URL, _ boundary: FolderBoundary
  ) throws(SafetensorsError) {
    guard boundary.contains(file) else {
      throw SafetensorsError(file: file.path, reason: .outside)
    }
  }
}

/// What a single file offers, for the whole folder.
extension SafetensorsFolder {
  public func shape(of name: String) throws(SafetensorsError) -> [Int] {
    try file(of: name).shape(of: name)
  }

  public func dataType(of name: String) throws(SafetensorsError) -> SafetensorsDataType {
    try file(of: name).dataType(of: name)
  }

  /// The numbers as float32, row-major; see ``SafetensorsFile/values(of:)``.
  public func values(of name: String) throws(SafetensorsError) -> [Float] {
    try file(of: name).values(of: name)
  }

  /// The tensor, whose numbers stay in the file; see ``SafetensorsFile/tensor(_:)``.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    try file(of: name).tensor(name)
  }

  /// Some of its rows; see ``SafetensorsFile/tensor(_:rows:)``.
  public func tensor(_ name: String, rows: Range<Int>) throws(SafetensorsError) -> Tensor {
    try file(of: name).tensor(name, rows: rows)
  }
}
