import CPNG
import Files
import Foundation

/// Reading and writing PNG files through libpng's simplified API, `png_image`.
///
/// Every kind of PNG file (gray, palette, transparency, 16 bits) becomes 8-bit RGB. Transparent pixels
/// are composed on white, and 16-bit values are taken to be sRGB, as most programs write them.
///
/// A file is not trusted: before libpng reads it, or memory of the size that it claims is allocated,
/// `checkedPNGHeader` checks the size of the file and of the image against limits and each other.
///
/// Reference: PNG Specification, third edition (W3C 2025), sections 5 and 11; libpng manual, section 5.
extension RGBImage {
  /// Size of the largest file that is read: 256 MiB.
  public static let maximumPNGBytes = 256 << 20
  /// Size of the largest image that is read: 64 megapixels.
  public static let maximumPNGPixels = 64_000_000

  /// Reads the file `png`.
  ///
  /// - Throws: a ``PNGError`` that names the file.
  public init(png file: URL) throws {
    let path = file.path
    let data: Data
    do throws(FileReadError) {
      data = try Data(regularFile: file, limit: Self.maximumPNGBytes)
    } catch {
      switch error.reason {
      case .missing: throw PNGError.missing(path)
      case .notAFile: throw PNGError.notAFile(path)
      case .tooLarge(let bytes, _): throw PNGError.fileTooLarge(path, bytes: bytes)
      case .unreadable: throw PNGError.unreadable(path)
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
    var image = png_image()
    image.version = NANOVLA_PNG_VERSION
    defer { png_image_free(&image) }

    let isDecoded = data.withUnsafeBytes { bytes in
      guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0,
        image.width == header.width, image.height == header.height
      else { return false }
      image.format = NANOVLA_PNG_FORMAT_RGB
      image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
      var white = png_color(red: 255, green: 255, blue: 255)
      return png_image_finish_read(&image, &white, &pixels, 0, nil) != 0
    }
    guard isDecoded else { throw PNGError.damaged(name, reason: image.messageText) }
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
      fatalError("pngData: libpng cannot write \(width)×\(height): \(image.messageText)")
    }
    return Data(data.prefix(size))
  }

  /// Writes this image to `file`, whole or not at all.
  ///
  /// - Throws: a `FileWriteError`.
  public func writePNG(to file: URL) throws { try pngData().writeAtomically(to: file) }
}

extension png_image {
  /// libpng's message about the last failure.
  fileprivate var messageText: String {
    withUnsafeBytes(of: message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
