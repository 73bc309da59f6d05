import CKernels
import Glibc

/// Numbers that stay in a mapped file as they are stored there: bfloat16, float16 or float32, at any
/// address. The system reads their pages when they are used and may drop them when memory is short.
struct PackedNumbers {
  let dataType: SafetensorsDataType
  private let kind: PackedKind
  private let file: MappedFile  // keeps the memory mapped
  private let start: UnsafeRawPointer

  /// nil for a type that is not read.
  init?(_ dataType: SafetensorsDataType, in file: MappedFile, from byte: Int) {
    switch dataType {
    case .float32: kind = packedFloat32
    case .float16: kind = packedFloat16
    case .bfloat16: kind = packedBFloat16
    default: return nil
    }
    self.dataType = dataType
    self.file = file
    start = file.bytes.baseAddress! + byte
  }

  /// Numbers rounded to bfloat16, in memory.
  init(roundingToBFloat16 numbers: UnsafeBufferPointer<Float>) {
    (dataType, kind) = (.bfloat16, packedBFloat16)
    file = MappedFile(count: 2 * numbers.count) { memory in
      let rounded = memory.assumingMemoryBound(to: UInt16.self)
      for i in numbers.indices { rounded[i] = numbers[i].bfloat16Bits }
    }
    start = UnsafeRawPointer(file.bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!)
  }

  private init(_ whole: PackedNumbers, from first: Int) {
    (dataType, kind, file) = (whole.dataType, whole.kind, whole.file)
    start = whole.address(of: first)
  }

  /// Those from number `first` on.
  func dropFirst(_ first: Int) -> PackedNumbers { PackedNumbers(self, from: first) }

  private func address(of number: Int) -> UnsafeRawPointer { start + number * dataType.bits / 8 }

  func unpack(_ range: Range<Int>, into result: UnsafeMutablePointer<Float>) {
    kernel_unpack(address(of: range.lowerBound), kind, result, range.count)
  }

  func values(_ range: Range<Int>) -> [Float] {
    Array(unsafeUninitializedCapacity: range.count) { buffer, initialized in
      if let result = buffer.baseAddress { unpack(range, into: result) }
      initialized = range.count
    }
  }

  /// Whether the first `count` of both are the same: for the same place of one file without reading.
  func isIdentical(to other: PackedNumbers, count: Int) -> Bool {
    guard dataType == other.dataType else { return false }
    if let identity = file.identity, identity == other.file.identity, offset == other.offset {
      return true
    }
    return memcmp(start, other.start, count * dataType.bits / 8) == 0
  }

  /// Of the first number, in the file.
  private var offset: Int? { file.bytes.baseAddress.map { start - $0 } }

  /// float32 at an even address needs no conversion.
  var floats: UnsafePointer<Float>? {
    guard dataType == .float32, Int(bitPattern: start) % 4 == 0 else { return nil }
    return start.assumingMemoryBound(to: Float.self)
  }

  /// y = x Wᵀ for few rows of x, where these numbers are W, of rows of `inner`: the part of
  /// y in `columns`, whose rows are `stride` apart.
  func multiplyFewRows(
    _ x: UnsafePointer<Float>, rows: Int, columns: Range<Int>, inner: Int,
    into y: UnsafeMutablePointer<Float>, stride: Int, adding: Bool
  ) {
    kernel_packed_product(
      x, address(of: columns.lowerBound * inner), kind, y + columns.lowerBound, rows,
      columns.count, inner, stride, adding)
  }
}
