/// What can be wrong with a safetensors file or a folder of them: the file, the value and the remedy,
/// in one line.
public struct SafetensorsError: Error, Equatable, CustomStringConvertible, Sendable {
  public var file: String
  public var reason: Reason

  public enum Reason: Error, Equatable, Sendable {
    case cannotOpen(String)
    case tooShort(bytes: Int)
    case headerTooLong(bytes: UInt64, limit: Int)
    /// What a header must be, and where it is not.
    case badHeader(String)
    case duplicateName(String)
    case unknownDataType(tensor: String, name: String)
    case badShape(tensor: String, shape: [Int])
    case badOffsets(tensor: String, begin: Int, end: Int, dataBytes: Int)
    case wrongSpan(tensor: String, bytes: Int, needed: String)
    case overlap(tensor: String, begin: Int, previousEnd: Int)
    case hole(begin: Int, end: Int)
    case missingTensor(String, nearest: [String], count: Int)
    case unreadableDataType(tensor: String, SafetensorsDataType)
    case valueTooLarge(tensor: String, value: Float, SafetensorsDataType)
    case missingRows(tensor: String, rows: Range<Int>, shape: [Int])
    case cannotWrite(String)

    case noCheckpoint
    /// A link that leads out of the checkpoint's folder.
    case outside
    case indexTooLong(bytes: Int, limit: Int)
    case badIndex(String)
    case emptyIndex
    case badShardName(String)
    case missingShard(String)
    case missingFromShard(tensor: String)
    case inTwoShards(tensor: String, other: String)
  }

  public var description: String {
    "\(Self.printable(briefPath(file), limit: 300)): \(explanation)"
  }

  private var explanation: String {
    let redo = "download or write the file again"
    switch reason {
    case .cannotOpen(let why):
      return "\(Self.printable(why)); give the path of a safetensors file"
    case .tooShort(let bytes):
      return "\(bytes) bytes, but a safetensors file starts with 8 bytes of header length; \(redo)"
    case .headerTooLong(let bytes, let limit):
      return "the header claims \(bytes) bytes where at most \(limit) can be; \(redo), "
        + "and check that it is a safetensors file"
    case .badHeader(let problem):
      return "the header is not what safetensors writes: \(Self.printable(problem, limit: 200)); "
        + redo
    case .duplicateName(let name):
      return "the name \(Self.quoted(name)) occurs twice; write each name once"
    case .unknownDataType(let tensor, let name):
      return "\(Self.quoted(tensor)) has the unknown dtype \(Self.quoted(name)); "
        + "convert it to F32, F16 or BF16"
    case .badShape(let tensor, let shape):
      return "\(Self.quoted(tensor)) has the impossible shape \(shape); \(redo)"
    case .badOffsets(let tensor, let begin, let end, let dataBytes):
      return "\(Self.quoted(tensor)) claims bytes \(begin) to \(end) of \(dataBytes) bytes of "
        + "data; the file may be cut short: \(redo)"
    case .wrongSpan(let tensor, let bytes, let needed):
      return "\(Self.quoted(tensor)) has \(bytes) bytes where \(needed); \(redo)"
    case .overlap(let tensor, let begin, let previousEnd):
      return "\(Self.quoted(tensor)) begins at byte \(begin), inside the tensor that ends at "
        + "\(previousEnd); \(redo)"
    case .hole(let begin, let end):
      return "data bytes \(begin) to \(end) belong to no tensor, which the format forbids; \(redo)"
    case .missingTensor(let name, let nearest, let count):
      let near = nearest.map(Self.quoted).joined(separator: ", ")
      return "no tensor \(Self.quoted(name)) among \(count)"
        + (near.isEmpty ? "; use another file" : "; nearest names: \(near)")
    case .unreadableDataType(let tensor, let dataType):
      return "\(Self.quoted(tensor)) is \(dataType.rawValue), which is listed but not read; "
        + "convert it to F32, F16 or BF16"
    case .valueTooLarge(let tensor, let value, let dataType):
      return "\(Self.quoted(tensor)) holds \(value), beyond the range of \(dataType.rawValue); "
        + "write F32 instead"
    case .missingRows(let tensor, let rows, let shape):
      return "\(Self.quoted(tensor)) of shape \(shape) has no rows \(rows); check the sizes in "
        + "config.json"
    case .noCheckpoint:
      return "neither \(SafetensorsFolder.onlyFile) nor \(SafetensorsFolder.indexFile) is in this "
        + "folder; give the path of a downloaded checkpoint"
    case .outside:
      return "a link that leads out of the checkpoint's folder; copy the file there"
    case .indexTooLong(let bytes, let limit):
      return "\(bytes) bytes, but an index has at most \(limit); check that it is one"
    case .badIndex(let problem):
      return "not an index of shards: \(Self.printable(problem, limit: 200)); \(redo)"
    case .emptyIndex:
      return "the index lists no tensor; \(redo)"
    case .badShardName(let shard):
      return
        "the index names the shard \(Self.quoted(shard)), which is no .safetensors file of this "
        + "folder; use a checkpoint whose files are all in one folder"
    case .missingShard(let shard):
      return "the shard \(Self.quoted(shard)) is missing; download it into the same folder"
    case .missingFromShard(let tensor):
      return "\(Self.quoted(tensor)) is not in this shard, though the index says so; download the "
        + "shard and the index again, from one version"
    case .inTwoShards(let tensor, let other):
      return "\(Self.quoted(tensor)) is in this shard, but also in \(Self.quoted(other)) by the "
        + "index; download the shards and the index again, from one version"
    case .cannotWrite(let why):
      return "cannot be written: \(Self.printable(why)); choose another place"
    }
  }

  private static func quoted(_ name: String) -> String { "\"\(printable(name))\"" }

  /// A file's own text on one line of a terminal: a name may hold line breaks or a million letters, of
  /// which the beginning and the end are shown.
  private static func printable(_ text: String, limit: Int = 120) -> String {
    var scalars = Array(text.unicodeScalars)
    if scalars.count > limit {
      scalars.replaceSubrange(limit / 2 - 12..<scalars.count - limit / 2 - 11, with: ["…"])
    }
    let shown = scalars.map { scalar -> String in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        return "\\u{\(String(scalar.value, radix: 16))}"
      default: return String(scalar)
      }
    }
    return shown.joined()
  }
}
