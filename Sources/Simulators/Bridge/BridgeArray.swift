import Foundation
import Images

/// A named array of a bridge's message: numbers, an image, or the bytes of a file.
public struct BridgeArray: Sendable, Equatable {
  public let name: String
  /// "float32" or "uint8", as NumPy names them.
  public let type: String
  /// The lengths of the axes; the bytes are in row-major order.
  public let shape: [Int]
  public let bytes: Data

  public init(_ name: String, type: String, shape: [Int], bytes: Data) {
    (self.name, self.type, self.shape, self.bytes) = (name, type, shape, bytes)
  }

  /// An array of 32-bit numbers: [values.count] unless another shape is given.
  public init(_ name: String, _ values: [Float], shape: [Int]? = nil) {
    self.init(
      name, type: "float32", shape: shape ?? [values.count],
      bytes: values.withUnsafeBytes { Data($0) })
  }

  /// The array's numbers; nil if it is no array of 32-bit numbers.
  public var floats: [Float]? {
    guard type == "float32", bytes.count == 4 * count else { return nil }
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }

  /// An image from [H, W, 3] bytes; nil for an array of another type or shape.
  public var image: RGBImage? {
    guard type == "uint8", shape.count == 3, shape[2] == 3, shape[0] > 0, shape[1] > 0,
      bytes.count == count
    else { return nil }
    return RGBImage(width: shape[1], height: shape[0], pixels: Array(bytes))
  }

  private var count: Int { shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue } }
}
