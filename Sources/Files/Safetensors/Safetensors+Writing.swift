import Foundation

/// Writing of safetensors files that Python's `safetensors` reads.
public enum Safetensors {
  /// Writes `tensors` to `url` as float32, float16 or bfloat16 (nearest, ties to even).
  ///
  /// The same tensors give the same bytes in whatever order they come, and the bytes are those of
  /// Python's `safetensors`: sorted by name, header padded with spaces to a multiple of 8. The file
  /// appears complete or not at all.
  ///
  /// Throws if the file cannot be written, or if a finite value would become infinite in `dataType`.
  public static func write(
    _ tensors: [(name: String, shape: [Int], values: [Float])],
    as dataType: SafetensorsDataType = .float32, metadata: [String: String] = [:], to url: URL
  ) throws(SafetensorsError) {
    do {
      let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      var offset = 0
      var members = metadata.isEmpty ? [] : ["\"__metadata__\":\(object(metadata))"]
      var data = Data()
      for (name, shape, values) in sorted {
        let bytes = try encode(values, of: name, as: dataType)
        check(name, shape, byteCount: bytes.count, dataType)
        let axes = shape.map(String.init).joined(separator: ",")
        members.append(
          "\(JSONWriter.quoted(name)):{\"dtype\":\"\(dataType.rawValue)\",\"shape\":[\(axes)],"
            + "\"data_offsets\":[\(offset),\(offset + bytes.count)]}")
        offset += bytes.count
        data.append(bytes)
      }
      for (one, next) in zip(sorted, sorted.dropFirst()) where one.name == next.name {
        fatalError("Safetensors.write: two tensors are called \"\(one.name)\"")
      }
      var header = Data("{\(members.joined(separator: ","))}".utf8)
      header.append(Data(repeating: 0x20, count: (8 - header.count % 8) % 8))
      guard header.count <= Limits.safetensorsHeaderBytes else {
        throw SafetensorsError.Reason.cannotWrite("a header of \(header.count) bytes is too long")
      }
      var file = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
      file.append(header)
      file.append(data)
      try file.writeAtomically(to: url)
    } catch let reason as SafetensorsError.Reason {
      throw SafetensorsError(file: url.path, reason: reason)
    } catch let error as FileWriteError {
      throw SafetensorsError(file: url.path, reason: .cannotWrite(error.reason))
    } catch {
      throw SafetensorsError(file: url.path, reason: .cannotWrite("\(error)"))
    }
  }

  private static func check(
    _ name: String, _ shape: [Int], byteCount: Int, _ dataType: SafetensorsDataType
  ) {
    guard dataType.bytes(for: shape) == byteCount else {
      let count = byteCount * 8 / dataType.bits
      fatalError("Safetensors.write: \"\(name)\" has \(count) values, but shape \(shape)")
    }
    guard name != "__metadata__" else {
      fatalError("Safetensors.write: \"__metadata__\" is the header's own key, not a tensor's name")
    }
  }

  private static func encode(
    _ values: [Float], of name: String, as dataType: SafetensorsDataType
  ) throws(SafetensorsError.Reason) -> Data {
    switch dataType {
    case .float32:
      return values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Data($0) }
    case .float16:
      let largest = Float(65_520).nextDown  // what still rounds to 65,504
      try check(values, of: name, atMost: largest, dataType)
      return values.map { $0.float16Bits.littleEndian }.withUnsafeBytes { Data($0) }
    case .bfloat16:
      let largest = Float(bitPattern: 0x7F7F_7FFF)  // what still rounds to 0x7F7F
      try check(values, of: name, atMost: largest, dataType)
      return values.map { $0.bfloat16Bits.littleEndian }.withUnsafeBytes { Data($0) }
    default:
      fatalError("Safetensors.write: \(dataType.rawValue) is not one of F32, F16, BF16")
    }
  }

  private static func check(
    _ values: [Float], of name: String, atMost largest: Float, _ dataType: SafetensorsDataType
  ) throws(SafetensorsError.Reason) {
    for value in values where value.isFinite && value.magnitude > largest {
      throw .valueTooLarge(tensor: name, value: value, dataType)
    }
  }

  private static func object(_ members: [String: String]) -> String {
    let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return "{"
      + sorted.map { "\(JSONWriter.quoted($0.key)):\(JSONWriter.quoted($0.value))" }.joined(
        separator: ",") + "}"
  }
}
