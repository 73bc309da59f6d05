import Tensors

/// The index of a checkpoint in several files, model.safetensors.index.json: which tensor is where.
///
///     {"metadata": {"total_size": 15082474368},
///      "weight_map": {"head.weight": "model-00003-of-00003.safetensors", …}}
///
/// Read as strictly as a header: no other levels, no name twice, no file outside the folder.
struct SafetensorsIndex {
  /// A longer index is refused; the longest published ones have 10 MB.
  static let longest = 100_000_000

  private(set) var names: [String] = []  // in the order of the index
  private(set) var shardOf: [String: String] = [:]

  init(_ file: MappedMemory) throws(SafetensorsError.Reason) {
    guard file.bytes.count <= Self.longest else {
      throw .indexTooLong(bytes: file.bytes.count, limit: Self.longest)
    }
    do {
      (names, shardOf) = try Self.read(Array(file.bytes))
    } catch {
      guard case .badHeader(let expected, let byte) = error else { throw error }
      throw .badIndex(expected: expected, byte: byte)
    }
    guard !names.isEmpty else { throw .emptyIndex }
    for shard in Set(shardOf.values).sorted() {
      // Only a file beside the index; a link there, as in the hub's cache, may lead anywhere.
      guard shard.hasSuffix(".safetensors"), !shard.contains("/"), !shard.contains("\0") else {
        throw .badShardName(shard)
      }
    }
  }

  private static func read(
    _ bytes: [UInt8]
  ) throws(SafetensorsError.Reason) -> (names: [String], shardOf: [String: String]) {
    var json = JSONText(bytes: bytes)
    var read: (names: [String], shardOf: [String: String]) = ([], [:])
    try json.object { (json, key) throws(SafetensorsError.Reason) in
      if key == "weight_map" {
        try json.object { (json, name) throws(SafetensorsError.Reason) in
          read.names.append(name)
          read.shardOf[name] = try json.string()
        }
      } else {
        try json.object { (json, _) throws(SafetensorsError.Reason) in try json.skipScalar() }
      }
    }
    try json.end()
    return read
  }
}
