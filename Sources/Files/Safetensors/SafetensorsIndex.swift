import Tensors

/// The index of a checkpoint in several files, model.safetensors.index.json: which tensor is where.
///
///     {"metadata": {"total_size": 15082474368},
///      "weight_map": {"head.weight": "model-00003-of-00003.safetensors", …}}
///
/// Of its members only `weight_map` is read, as strictly as a header: no name twice, no file outside
/// the folder.
struct SafetensorsIndex {
  private(set) var names: [String] = []  // in the order of the index
  private(set) var shardOf: [String: String] = [:]

  init(_ file: MappedMemory) throws(SafetensorsError.Reason) {
    guard file.bytes.count <= Limits.safetensorsIndexBytes else {
      throw .indexTooLong(bytes: file.bytes.count, limit: Limits.safetensorsIndexBytes)
    }
    do throws(SafetensorsError.Reason) {
      (names, shardOf) = try Self.read(Array(file.bytes))
    } catch {
      guard case .badHeader(let problem) = error else { throw error }
      throw .badIndex(problem)
    }
    guard !names.isEmpty else { throw .emptyIndex }
    for shard in Set(shardOf.values).sorted() {
      // Only a file beside the index. Bytes are compared: "/" with an accent is another character.
      guard Array(shard.utf8).suffix(12).elementsEqual(".safetensors".utf8),
        !shard.utf8.contains(UInt8(ascii: "/")), !shard.utf8.contains(0)
      else {
        throw .badShardName(shard)
      }
    }
  }

  private static func read(
    _ bytes: [UInt8]
  ) throws(SafetensorsError.Reason) -> (names: [String], shardOf: [String: String]) {
    let index: JSON
    do throws(JSON.Failure) { index = try JSON(bytes) } catch {
      throw .badHeader("\(error.reason), at byte \(error.byte)")
    }
    guard case .object(let sections) = index else {
      throw .badHeader("the index must be an object")
    }
    let maps = sections.filter { $0.key == "weight_map" }
    guard maps.count < 2 else { throw .duplicateName("weight_map") }
    var read: (names: [String], shardOf: [String: String]) = ([], [:])
    for member in try maps.first?.value.uniqueMembers("\"weight_map\"") ?? [] {
      guard case .string(let shard) = member.value else {
        throw .badHeader("the shard of \"\(brief(member.key))\" must be a string")
      }
      read.names.append(member.key)
      read.shardOf[member.key] = shard
    }
    return read
  }
}
