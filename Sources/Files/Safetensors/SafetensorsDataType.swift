/// How a safetensors file stores a tensor's numbers. All are listed; three are read and written.
public enum SafetensorsDataType: String, CaseIterable, Sendable {
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"

  case float64 = "F64", complex64 = "C64"
  case float8E4M3 = "F8_E4M3", float8E5M2 = "F8_E5M2", float8E8M0 = "F8_E8M0"
  case float6E2M3 = "F6_E2M3", float6E3M2 = "F6_E3M2", float4 = "F4"
  case int64 = "I64", int32 = "I32", int16 = "I16", int8 = "I8"
  case uint64 = "U64", uint32 = "U32", uint16 = "U16", uint8 = "U8", bool = "BOOL"

  var bits: Int {
    switch self {
    case .float64, .int64, .uint64, .complex64: return 64
    case .float32, .int32, .uint32: return 32
    case .float16, .bfloat16, .int16, .uint16: return 16
    case .float8E4M3, .float8E5M2, .float8E8M0, .int8, .uint8, .bool: return 8
    case .float6E2M3, .float6E3M2: return 6
    case .float4: return 4
    }
  }

  /// Whether it counts or says yes and no.
  public var isWhole: Bool {
    switch self {
    case .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8, .bool: return true
    default: return false
    }
  }

  /// Bytes of a tensor of `shape`; nil if an axis is negative, the product overflows, or the last
  /// byte is not full.
  public func bytes(for shape: [Int]) -> Int? {
    guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
    if shape.contains(0) { return 0 }
    var bitCount = bits
    for length in shape {
      let (product, overflow) = bitCount.multipliedReportingOverflow(by: length)
      if overflow { return nil }
      bitCount = product
    }
    return bitCount.isMultiple(of: 8) ? bitCount / 8 : nil
  }

  /// Bytes of the file → numbers; nil for a type that is not read.
  var decode: ((UnsafeRawBufferPointer) -> [Float])? {
    switch self {
    case .float32:
      return { bytes in
        Self.numbers(bytes, UInt32.self) { Float(bitPattern: UInt32(littleEndian: $0)) }
      }
    case .float16:
      return { bytes in
        Self.numbers(bytes, UInt16.self) { Float(float16Bits: UInt16(littleEndian: $0)) }
      }
    case .bfloat16:
      return { bytes in
        Self.numbers(bytes, UInt16.self) { Float(bfloat16Bits: UInt16(littleEndian: $0)) }
      }
    default: return nil
    }
  }

  /// A header of any length may stand before the numbers, so their addresses need not be aligned.
  @inline(__always)
  private static func numbers<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ type: Stored.Type, _ number: (Stored) -> Float
  ) -> [Float] {
    let width = MemoryLayout<Stored>.size
    let count = bytes.count / width
    return Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      for i in 0..<count {
        let stored = bytes.loadUnaligned(fromByteOffset: i * width, as: Stored.self)
        buffer.initializeElement(at: i, to: number(stored))
      }
      initialized = count
    }
  }
}
