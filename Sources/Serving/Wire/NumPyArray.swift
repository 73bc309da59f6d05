import Files
import Foundation
import Images

/// An array as Python's clients send it: the type of its numbers, its shape, its bytes in C order.
///
/// - Reference: json-numpy (JSON); openpi-client's msgpack_numpy.py; vla-eval's protocol.
struct NumPyArray: Equatable, Sendable {
  /// NumPy's name of the numbers' type: `|u1`, `<f4`, …
  let dtype: String
  let shape: [Int]
  let bytes: Data

  /// An array whose bytes are exactly those of its shape.
  /// - Throws: ``RequestProblem`` for a type that is not read, a wrong shape, or other bytes.
  init(dtype: String, shape: [Int], bytes: Data) throws {
    guard let size = Self.sizes[dtype] else {
      let known = Self.sizes.keys.sorted().joined(separator: ", ")
      throw RequestProblem("an array of type \(oneLine(dtype)): \(known) are read")
    }
    guard shape.count <= 8, shape.allSatisfy({ 0...ServingLimits.bodyBytes ~= $0 }) else {
      throw RequestProblem("an array of shape \(shape.prefix(9)): at most 8 axes are read")
    }
    var count = size
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      count = overflow ? Int.max : product
    }
    guard count == bytes.count else {
      throw RequestProblem(
        "an array of \(bytes.count) bytes, but its shape \(shape) and type \(dtype) need \(count)")
    }
    (self.dtype, self.shape, self.bytes) = (dtype, shape, bytes)
  }

  /// The types that are read, with the bytes of a number.
  private static let sizes = [
    "|u1": 1, "|i1": 1, "|b1": 1, "<f4": 4, "<f8": 8, "<i4": 4, "<i8": 8, "<u2": 2, "<i2": 2,
  ]

  /// A vector or matrix of 32-bit numbers.
  init(_ numbers: [Float], shape: [Int]) {
    guard shape.reduce(1, *) == numbers.count else {
      fatalError("NumPyArray: \(numbers.count) numbers for the shape \(shape)")
    }
    (dtype, self.shape) = ("<f4", shape)
    bytes = numbers.withUnsafeBytes { Data($0) }
  }

  /// A vector of 64-bit numbers, as OpenVLA's server answers.
  init(doubles: [Float]) {
    (dtype, shape) = ("<f8", [doubles.count])
    bytes = doubles.map(Double.init).withUnsafeBytes { Data($0) }
  }

  /// The numbers, in C order.
  /// - Throws: ``RequestProblem`` if one is not finite.
  func floats(_ name: String) throws -> [Float] {
    let numbers: [Float] = bytes.withUnsafeBytes { bytes in
      func read<Number>(_: Number.Type, _ convert: (Number) -> Float) -> [Float] {
        let size = MemoryLayout<Number>.size
        return (0..<bytes.count / size).map {
          convert(bytes.loadUnaligned(fromByteOffset: $0 * size, as: Number.self))
        }
      }
      return switch dtype {
      case "<f4": read(Float.self) { $0 }
      case "<f8": read(Double.self) { Float($0) }
      case "<i8": read(Int64.self) { Float($0) }
      case "<i4": read(Int32.self) { Float($0) }
      case "<i2": read(Int16.self) { Float($0) }
      case "<u2": read(UInt16.self) { Float($0) }
      case "|i1": read(Int8.self) { Float($0) }
      default: read(UInt8.self) { Float($0) }
      }
    }
    guard numbers.allSatisfy(\.isFinite) else {
      throw RequestProblem("\(name) holds NaN or infinity: send finite numbers")
    }
    return numbers
  }

  /// The picture of `[H, W, 3]` bytes, or of `[3, H, W]` as ALOHA's cameras send it.
  /// - Throws: ``RequestProblem`` for another type or shape.
  func image(_ name: String) throws -> RGBImage {
    let shape = shape.count == 4 && shape[0] == 1 ? Array(shape.dropFirst()) : shape
    guard dtype == "|u1", shape.count == 3, shape.contains(3), !shape.contains(0) else {
      throw RequestProblem(
        "\(name) is an array of type \(dtype) and shape \(shape): send uint8 of shape [H, W, 3]")
    }
    if shape[2] == 3 {
      return RGBImage(width: shape[1], height: shape[0], pixels: [UInt8](bytes))
    }
    guard shape[0] == 3 else {
      throw RequestProblem("\(name) has the shape \(shape): send uint8 of shape [H, W, 3]")
    }
    let (planes, area) = ([UInt8](bytes), shape[1] * shape[2])
    let pixels = (0..<area).flatMap { [planes[$0], planes[area + $0], planes[2 * area + $0]] }
    return RGBImage(width: shape[2], height: shape[1], pixels: pixels)  // [3, H, W] → [H, W, 3]
  }
}

/// What a client did wrong, in one line with the remedy. It becomes a reply of status 400.
struct RequestProblem: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Limits of what a client may send.
enum ServingLimits {
  /// The head of a request; the body of one or a WebSocket message.
  static let headBytes = 16 << 10, bodyBytes = 32 << 20
  /// The text of an instruction, in bytes; the numbers of a state.
  static let instructionBytes = 4096, stateNumbers = 64
}
