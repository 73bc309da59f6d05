import Foundation
import Tensors

/// A safetensors file: named arrays of numbers, the form in which checkpoints are published.
///
///     8 bytes   length N of the header, unsigned, little-endian
///     N bytes   header, JSON: name → dtype, shape, where its bytes begin and end
///     the rest  the numbers, little-endian, row-major, tensor after tensor without a hole
///
/// Opening maps the file into memory and checks every length and offset; numbers are converted when
/// they are asked for, so a file larger than memory can be read tensor by tensor.
/// A file must not shrink while it is open: the system ends a process that reads beyond its end.
///
/// Source: huggingface.co/docs/safetensors, "Format".
public struct SafetensorsFile: Sendable {
  public let url: URL
  /// All tensors, in the order of their bytes in the file.
  public let names: [String]
  /// What the writer noted, such as `["format": "pt"]`.
  public let metadata: [String: String]

  struct Place {
    var dataType: SafetensorsDataType
    var shape: [Int]
    var bytes: Range<Int>  // in the file
  }
  private let places: [String: Place]
  let contents: MappedMemory

  /// Maps the file at `url` and checks its header; reads no tensor yet.
  public init(url: URL) throws(SafetensorsError) {
    do {
      let contents = try MappedMemory(file: url)
      let dataStart = try Self.dataStart(contents.bytes)
      let header = try SafetensorsHeader(Array(contents.bytes[8..<dataStart]))
      // An empty tensor may begin where the next one does, so equal beginnings sort by end.
      let entries = header.entries.sorted {
        ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name)
      }
      places = try Self.places(entries, dataStart: dataStart, fileEnd: contents.bytes.count)
      names = entries.map(\.name)
      metadata = header.metadata
      self.contents = contents
      self.url = url
    } catch {
      throw SafetensorsError(file: url.path, reason: error)
    }
  }

  /// Lengths of the axes; `[]` for a single number.
  public func shape(of name: String) throws(SafetensorsError) -> [Int] { try place(of: name).shape }

  /// How the file stores the tensor's numbers.
  public func dataType(of name: String) throws(SafetensorsError) -> SafetensorsDataType {
    try place(of: name).dataType
  }

  /// The tensor's numbers as float32, row-major; exact for F32, F16 and BF16, refused for others.
  public func values(of name: String) throws(SafetensorsError) -> [Float] {
    let place = try place(of: name)
    guard let decode = place.dataType.decode else {
      throw error(.unreadableDataType(tensor: name, place.dataType))
    }
    return decode(UnsafeRawBufferPointer(rebasing: contents.bytes[place.bytes]))
  }

  func contains(_ name: String) -> Bool { places[name] != nil }

  func place(of name: String) throws(SafetensorsError) -> Place {
    if let place = places[name] { return place }
    throw error(
      .missingTensor(name, nearest: nearestNames(to: name, among: names), count: names.count))
  }

  func error(_ reason: SafetensorsError.Reason) -> SafetensorsError {
    SafetensorsError(file: url.path, reason: reason)
  }
}
