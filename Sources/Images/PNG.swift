import CPNG
import Files
import Foundation

/// Reading and writing PNG files through libpng.
///
/// Every kind of PNG file (gray, palette, transparency, 16 bits) becomes the 8-bit RGB that Pillow's
/// `Image.open(file).convert("RGB")` gives, since the published image processors begin with it:
///
/// - Gamma, chromaticities and color profiles are ignored: a sample is a number, not a light.
/// - Alpha and transparent colors are dropped; a transparent pixel shows the color stored below it.
/// - A 16-bit sample of a color or of gray with alpha keeps its high byte, v → ⌊v / 256⌋.
///
/// One kind differs: 16-bit gray without alpha is scaled to v · 255 / 65535, where Pillow clips
/// each value to 255 and so makes a white image of almost any photograph or depth map.
///
/// A file is not trusted: before libpng reads it, or memory of the size that it claims is allocated,
/// `checkedPNGHeader` checks the size of the file and of the image against limits and each other.
///
/// - Reference: PNG Specification, third edition (W3C 2025), sections 5 and 11; libpng manual,
///   section 5.
extension RGBImage {

  /// Reads the file `png`.
  ///
  /// - Throws: a ``PNGError`` that names the file.
  public init(png file: URL) throws {
    let path = file.path
    let data: Data
    do throws(FileReadError) {
      data = try Data(regularFile: file, limit: Limits.pngBytes)
    } catch {
      switch error.reason {
      case .missing: throw PNGError.missing(path)
      case .notAFile: throw PNGError.notAFile(path)
      case .tooLarge(let bytes, _): throw PNGError.fileTooLarge(path, bytes: bytes)
      case .unreadable, .outside: throw PNGError.unreadable(path)
      }
    }
    try self.init(pngData: data, name: path)
  }

  /// Decodes the bytes of a PNG file.
  ///
  /// - Parameters:
  ///   - data: the whole file.
  ///   - name: what an error calls it.
  /// - Throws: a ``PNGError``.
  public init(pngData data: Data, name: String = "PNG data") throws {
    let header = try checkedPNGHeader(data, name: name)
    var pixels = [UInt8](repeating: 255, count: 3 * header.width * header.height)
    var input = nanovla_png_input()
    let isDecoded = data.withUnsafeBytes { bytes in
      input.bytes = bytes.bindMemory(to: UInt8.self).baseAddress
      input.count = bytes.count
      return nanovla_png_decode(
        &input, png_uint_32(header.width), png_uint_32(header.height), &pixels) != 0
    }
    guard isDecoded else { throw PNGError.damaged(name, reason: text(of: input.message)) }
    self.init(width: header.width, height: header.height, pixels: pixels)
  }

  /// This image as the bytes of a PNG file: the same bytes for the same pixels and version of libpng.
  public func pngData() -> Data {
    var image = png_image()
    image.version = NANOVLA_PNG_VERSION
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = NANOVLA_PNG_FORMAT_RGB
    // Always large enough: incompressible data grows by less than 0.1 %, and each row by one byte.
    var size = png_alloc_size_t(pixels.count + pixels.count / 500 + height + 4096)
    var data = Data(count: size)
    let isWritten = data.withUnsafeMutableBytes {
      png_image_write_to_memory(&image, $0.baseAddress, &size, 0, pixels, 0, nil) != 0
    }
    guard isWritten else {
      fatalError("pngData: libpng cannot write \(width)×\(height): \(text(of: image.message))")
    }
    return Data(data.prefix(size))
  }

  /// Writes this image to `file`, whole or not at all.
  ///
  /// - Throws: a `FileWriteError`.
  public func writePNG(to file: URL) throws { try pngData().writeAtomically(to: file) }
}

/// libpng's message about a failure, a C string in a fixed array.
private func text<Characters>(of message: Characters) -> String {
  withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
