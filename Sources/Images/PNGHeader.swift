import Files
import Foundation

/// What is wrong with a PNG file. The first value is the file's path; each error prints as one line.
public enum PNGError: Error, Equatable, CustomStringConvertible {
  case missing(String)
  case notAFile(String)
  case unreadable(String)
  case empty(String)
  case notPNG(String)
  case fileTooLarge(String, bytes: Int)
  case imageTooLarge(String, width: Int, height: Int)
  case truncated(String)
  case inconsistentHeader(String, width: Int, height: Int, bytes: Int)
  case damaged(String, reason: String)

  public var description: String {
    switch self {
    case .missing(let path): return "\(path): no such file"
    case .notAFile(let path): return "\(path): not a regular file"
    case .unreadable(let path): return "\(path): cannot be read (permissions?)"
    case .empty(let path): return "\(path): the file is empty (0 bytes)"
    case .notPNG(let path): return "\(path): not a PNG file; convert it to PNG first"
    case .fileTooLarge(let path, let bytes):
      return
        "\(path): \(bytes) bytes; at most \(Limits.pngBytes) are read, use a smaller file"
    case .imageTooLarge(let path, let width, let height):
      return
        "\(path): \(width)×\(height) pixels; at most \(Limits.imagePixels) are read, "
        + "resize the image first"
    case .truncated(let path): return "\(path): the PNG file ends early (truncated)"
    case .inconsistentHeader(let path, let width, let height, let bytes):
      return "\(path): the header claims \(width)×\(height) pixels, too many for \(bytes) bytes"
    case .damaged(let path, let reason): return "\(path): damaged PNG file: \(reason)"
    }
  }
}

/// The image's size in pixels, after a check that the header, the chunk lengths and the file's length
/// agree.
///
/// A PNG file is a signature of 8 bytes, then chunks: length (4 bytes), name (4), data, CRC (4).
/// The first chunk, IHDR, holds the size; the last is IEND.
func checkedPNGHeader(_ data: Data, name: String) throws -> (width: Int, height: Int) {
  let bytes = [UInt8](data.prefix(33))
  func bigEndian(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }

  guard !data.isEmpty else { throw PNGError.empty(name) }
  let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  guard bytes.prefix(8) == signature.prefix(bytes.count) else { throw PNGError.notPNG(name) }
  guard bytes.count == 33 else { throw PNGError.truncated(name) }
  guard bytes[12..<16].elementsEqual("IHDR".utf8) else {
    throw PNGError.damaged(name, reason: "it does not begin with an IHDR chunk")
  }

  let width = bigEndian(16)
  let height = bigEndian(20)
  guard width > 0, height > 0 else {
    throw PNGError.damaged(name, reason: "its size is \(width)×\(height) pixels")
  }
  guard width <= Limits.imagePixels / height else {  // the product could overflow
    throw PNGError.imageTooLarge(name, width: width, height: height)
  }
  // Deflate compresses at most 1032-fold. Channels by color type: gray 1, RGB 3, palette 1, gray and
  // alpha 2, RGBA 4.
  let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][bytes[25]] ?? 1
  guard width * height * channels * Int(bytes[24]) / 8 <= 1032 * data.count else {
    throw PNGError.inconsistentHeader(name, width: width, height: height, bytes: data.count)
  }
  guard reachesEnd(data) else { throw PNGError.truncated(name) }
  return (width, height)
}

/// Whether the chunks' lengths lead from one chunk to the next, up to a whole IEND chunk.
private func reachesEnd(_ data: Data) -> Bool {
  data.withUnsafeBytes { bytes in
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      if bytes[at + 4..<at + 8].elementsEqual("IEND".utf8) { return true }
      at += 12 + length
    }
    return false
  }
}
