/// What is checked when a file is opened, before any length or offset of it is used.
extension SafetensorsFile {
  static func dataStart(_ contents: UnsafeRawBufferPointer) throws(SafetensorsError.Reason) -> Int {
    guard contents.count >= 8 else { throw .tooShort(bytes: contents.count) }
    let stored = contents.loadUnaligned(as: UInt64.self)
    let length = UInt64(littleEndian: stored)
    let limit = min(Limits.safetensorsHeaderBytes, contents.count - 8)
    guard length <= UInt64(limit) else { throw .headerTooLong(bytes: length, limit: limit) }
    return 8 + Int(length)
  }

  /// Follows the tensors from the first byte of data to the last: each begins where the one before
  /// it ended, so that nothing overlaps and nothing is left over.
  static func places(
    _ entries: [SafetensorsHeader.Entry], dataStart: Int, fileEnd: Int
  ) throws(SafetensorsError.Reason) -> [String: Place] {
    var places: [String: Place] = [:]
    var cursor = 0
    for entry in entries {
      let (name, shape) = (entry.name, entry.shape)
      guard let dataType = SafetensorsDataType(rawValue: entry.dataType) else {
        throw .unknownDataType(tensor: name, name: entry.dataType)
      }
      guard let needed = dataType.bytes(for: shape) else {
        throw .badShape(tensor: name, shape: shape)
      }
      let dataBytes = fileEnd - dataStart
      guard 0 <= entry.begin, entry.begin <= entry.end, entry.end <= dataBytes else {
        throw .badOffsets(tensor: name, begin: entry.begin, end: entry.end, dataBytes: dataBytes)
      }
      guard entry.end - entry.begin == needed else {
        throw .wrongSpan(
          tensor: name, bytes: entry.end - entry.begin,
          needed: "\(dataType.rawValue) \(shape) needs \(needed)")
      }
      guard entry.begin >= cursor else {
        throw .overlap(tensor: name, begin: entry.begin, previousEnd: cursor)
      }
      guard entry.begin == cursor else { throw .hole(begin: cursor, end: entry.begin) }
      cursor = entry.end
      places[name] = Place(
        dataType: dataType, shape: shape, bytes: dataStart + entry.begin..<dataStart + entry.end)
    }
    guard cursor == fileEnd - dataStart else {
      throw .hole(begin: cursor, end: fileEnd - dataStart)
    }
    return places
  }
}
