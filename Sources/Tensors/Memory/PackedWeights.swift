import CKernels
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Weights in the format of a checkpoint, mostly half precision (bfloat16 or float16), at any
/// address of a memory-mapped file.
///
/// They take half the memory of float32, and a product with few rows takes half the time. The
/// system reads pages of the file when they are used, and may drop them when memory is short.
package struct PackedWeights {
  /// How a weight is stored; the raw values are safetensors' names.
  package enum Format: String {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"

    /// The size of one weight in bytes.
    var bytes: Int { self == .float32 ? 4 : 2 }

    fileprivate var cFormat: PackedFormat {
      switch self {
      case .float32: packedFloat32
      case .float16: packedFloat16
      case .bfloat16: packedBFloat16
      }
    }
  }

  let format: Format
  private let memory: MappedMemory  // keeps the pages mapped
  private let start: UnsafeRawPointer

  /// The weights that begin at `byte` of `memory`.
  package init(_ format: Format, in memory: MappedMemory, from byte: Int) {
    (self.format, self.memory) = (format, memory)
    start = memory.bytes.baseAddress! + byte
  }

  /// A copy of `values`, rounded to bfloat16.
  init(roundingToBFloat16 values: UnsafeBufferPointer<Float>) {
    format = .bfloat16
    memory = MappedMemory(count: 2 * values.count) { memory in
      let rounded = memory.assumingMemoryBound(to: UInt16.self)
      for i in values.indices { rounded[i] = values[i].bfloat16Bits }
    }
    start = UnsafeRawPointer(memory.bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!)
  }

  private init(_ whole: PackedWeights, from first: Int) {
    (format, memory) = (whole.format, whole.memory)
    start = whole.address(of: first)
  }

  /// The weights from index `first` on.
  func dropFirst(_ first: Int) -> PackedWeights { PackedWeights(self, from: first) }

  private func address(of index: Int) -> UnsafeRawPointer { start + index * format.bytes }

  /// Writes the weights of `range` to `result` as float32, which is exact.
  func unpack(_ range: Range<Int>, into result: UnsafeMutablePointer<Float>) {
    kernel_unpack(address(of: range.lowerBound), format.cFormat, result, range.count)
  }

  /// The weights of `range` as float32.
  func values(_ range: Range<Int>) -> [Float] {
    Array(unsafeUninitializedCapacity: range.count) { buffer, initialized in
      if let result = buffer.baseAddress { unpack(range, into: result) }
      initialized = range.count
    }
  }

  /// Whether the first `count` weights of both have the same format and bits. Nothing is read if
  /// both are the same part of one file.
  func isIdentical(to other: PackedWeights, count: Int) -> Bool {
    guard format == other.format else { return false }
    if let identity = memory.identity, identity == other.memory.identity, offset == other.offset {
      return true
    }
    return memcmp(start, other.start, count * format.bytes) == 0
  }

  /// The position of the first weight in the memory, in bytes.
  private var offset: Int? { memory.bytes.baseAddress.map { start - $0 } }

  /// The weights themselves, if they are float32 at an aligned address; otherwise nil.
  var floats: UnsafePointer<Float>? {
    guard format == .float32, Int(bitPattern: start) % 4 == 0 else { return nil }
    return start.assumingMemoryBound(to: Float.self)
  }

  /// y = x Wᵀ, or y + x Wᵀ if `adding`, for few rows of x, [rows, inner]. These weights are W; only
  /// `columns` of y are computed. The rows of y are `stride` floats apart.
  func multiplyFewRows(
    _ x: UnsafePointer<Float>, rows: Int, columns: Range<Int>, inner: Int,
    into y: UnsafeMutablePointer<Float>, stride: Int, adding: Bool
  ) {
    kernel_packed_product(
      x, address(of: columns.lowerBound * inner), format.cFormat, y + columns.lowerBound, rows,
      columns.count, inner, stride, adding)
  }
}
