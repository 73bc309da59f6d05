import CKernels
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Numbers that stay in a mapped file as they are stored there: bfloat16, float16 or float32, at any
/// address. The system reads their pages when they are used and may drop them when memory is short.
package struct PackedNumbers {
  /// How a number is stored, by its name in safetensors.
  package enum Format: String {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"

    var bytes: Int { self == .float32 ? 4 : 2 }

    fileprivate var kind: PackedKind {
      switch self {
      case .float32: packedFloat32
      case .float16: packedFloat16
      case .bfloat16: packedBFloat16
      }
    }
  }

  let format: Format
  private let memory: MappedMemory  // stays mapped as long as this does
  private let start: UnsafeRawPointer

  package init(_ format: Format, in memory: MappedMemory, from byte: Int) {
    (self.format, self.memory) = (format, memory)
    start = memory.bytes.baseAddress! + byte
  }

  /// Numbers rounded to bfloat16, in memory.
  init(roundingToBFloat16 numbers: UnsafeBufferPointer<Float>) {
    format = .bfloat16
    memory = MappedMemory(count: 2 * numbers.count) { memory in
      let rounded = memory.assumingMemoryBound(to: UInt16.self)
      for i in numbers.indices { rounded[i] = numbers[i].bfloat16Bits }
    }
    start = UnsafeRawPointer(memory.bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!)
  }

  private init(_ whole: PackedNumbers, from first: Int) {
    (format, memory) = (whole.format, whole.memory)
    start = whole.address(of: first)
  }

  /// Those from number `first` on.
  func dropFirst(_ first: Int) -> PackedNumbers { PackedNumbers(self, from: first) }

  private func address(of number: Int) -> UnsafeRawPointer { start + number * format.bytes }

  func unpack(_ range: Range<Int>, into result: UnsafeMutablePointer<Float>) {
    kernel_unpack(address(of: range.lowerBound), format.kind, result, range.count)
  }

  func values(_ range: Range<Int>) -> [Float] {
    Array(unsafeUninitializedCapacity: range.count) { buffer, initialized in
      if let result = buffer.baseAddress { unpack(range, into: result) }
      initialized = range.count
    }
  }

  /// Whether the first `count` of both are the same: for the same place of one file without reading.
  func isIdentical(to other: PackedNumbers, count: Int) -> Bool {
    guard format == other.format else { return false }
    if let identity = memory.identity, identity == other.memory.identity, offset == other.offset {
      return true
    }
    return memcmp(start, other.start, count * format.bytes) == 0
  }

  /// Of the first number, in the file.
  private var offset: Int? { memory.bytes.baseAddress.map { start - $0 } }

  /// float32 at an even address needs no conversion.
  var floats: UnsafePointer<Float>? {
    guard format == .float32, Int(bitPattern: start) % 4 == 0 else { return nil }
    return start.assumingMemoryBound(to: Float.self)
  }

  /// y = x Wᵀ for few rows of x, where these numbers are W, of rows of `inner`: the part of
  /// y in `columns`, whose rows are `stride` apart.
  func multiplyFewRows(
    _ x: UnsafePointer<Float>, rows: Int, columns: Range<Int>, inner: Int,
    into y: UnsafeMutablePointer<Float>, stride: Int, adding: Bool
  ) {
    kernel_packed_product(
      x, address(of: columns.lowerBound * inner), format.kind, y + columns.lowerBound, rows,
      columns.count, inner, stride, adding)
  }
}
