import Foundation
import NanoVLA
import Tensors
import Testing

/// A folder with a published-layout checkpoint and what `transformers` computed with it.
struct Fixture: CustomStringConvertible {
  let folder: URL
  let family: String
  let facts: [String: Any]
  private let tensors: ReferenceTensors

  /// Every fixture below Tests/Fixtures and below $NANOVLA_FIXTURES whose family is one of `families`.
  static func all(of families: Set<String>) -> [Fixture] {
    var roots = [
      URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures")
    ]
    if let path = ProcessInfo.processInfo.environment["NANOVLA_FIXTURES"] {
      roots.append(URL(filePath: path))
    }
    let files = roots.flatMap { root in
      FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?
        .compactMap { $0 as? URL }.filter { $0.lastPathComponent == "reference.json" } ?? []
    }
    let fixtures = files.compactMap { Fixture($0.deletingLastPathComponent()) }
    return fixtures.filter { families.contains($0.family) }
      .sorted { $0.folder.path < $1.folder.path }
  }

  private init?(_ folder: URL) {
    guard let facts = json(folder.appending(path: "reference.json")),
      let family = facts["family"] as? String
    else { return nil }
    // Some folders hold another layout of a neighbour's numbers.
    let twin = facts["same_outputs_as"] as? String
    let reference = twin.map { folder.deletingLastPathComponent().appending(path: $0) } ?? folder
    guard
      let tensors = ReferenceTensors(reference.appending(path: "reference.safetensors")),
      let allFacts = json(reference.appending(path: "reference.json"))
    else { return nil }
    (self.folder, self.family, self.tensors) = (folder, family, tensors)
    self.facts = allFacts
  }

  var description: String { folder.pathComponents.suffix(2).joined(separator: "/") }

  func config(_ subfolder: String = "") throws -> [String: Any] {
    try #require(json(folder.appending(path: subfolder).appending(path: "config.json")))
  }

  /// All safetensors files of a folder as one source.
  func weights(_ subfolder: String = "") throws -> Shards {
    let path = folder.appending(path: subfolder)
    let names = try FileManager.default.contentsOfDirectory(atPath: path.path)
      .filter { $0.hasPrefix("model") && $0.hasSuffix(".safetensors") }
    let files = try names.sorted().map { try SafetensorsFile(url: path.appending(path: $0)) }
    return Shards(files: files)
  }

  subscript(name: String) -> Tensor {
    get throws {
      let (values, shape) = try #require(tensors[name], "\(self) has no \(name)")
      return Tensor(values.map { Float($0) }, shape: shape)
    }
  }

  /// A table of whole numbers, row by row; a list is one row.
  func integers(_ name: String) throws -> [[Int]] {
    let (values, shape) = try #require(tensors[name], "\(self) has no \(name)")
    let columns = shape.last ?? 1
    return stride(from: 0, to: values.count, by: columns).map { start in
      values[start..<start + columns].map { Int($0) }
    }
  }

  /// `pixel_values` [B, 3, H, W] as this course lays images out, [B, H, W, 3].
  func pixels(_ name: String = "pixel_values") throws -> Tensor {
    try self[name].permuted([0, 2, 3, 1])
  }

  /// Expects `found` to be the reference called `name`, within 10⁻⁴.
  func expect(
    _ name: String, _ found: Tensor, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let problem = difference(found, try self[name])
    #expect(problem == nil, "\(self): \(name)", sourceLocation: sourceLocation)
  }
}

/// What is wrong with `found`; nil if its shape is the reference's and every number is within 10⁻⁴.
func difference(_ found: Tensor, _ reference: Tensor) -> String? {
  guard found.shape == reference.shape else { return "\(found.shape), not \(reference.shape)" }
  var worst: Float = 0
  for (a, b) in zip(found.values, reference.values) {
    guard (a - b).isFinite else { return "\(a), not \(b)" }
    worst = max(worst, abs(a - b))
  }
  return worst <= 1e-4 ? nil : "differs by \(worst)"
}

/// Several safetensors files, as one checkpoint.
struct Shards: TensorSource {
  let files: [SafetensorsFile]
  var names: [String] { files.flatMap(\.names) }
  func shape(of name: String) throws -> [Int] { try file(with: name).shape(of: name) }
  func values(of name: String) throws -> [Float] { try file(with: name).values(of: name) }
  private func file(with name: String) -> SafetensorsFile {
    files.first { $0.names.contains(name) } ?? files[0]
  }
}

/// A safetensors file read by a few plain lines, whole numbers too.
private struct ReferenceTensors {
  private let contents: Data
  private let header: [String: Any]
  private let start: Int

  init?(_ url: URL) {
    guard let contents = try? Data(contentsOf: url), contents.count > 8 else { return nil }
    let length = contents.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard contents.count >= 8 + length,
      let header = try? JSONSerialization.jsonObject(with: contents[8..<8 + length])
        as? [String: Any]
    else { return nil }
    (self.contents, self.header, start) = (contents, header, 8 + length)
  }

  subscript(name: String) -> (values: [Double], shape: [Int])? {
    guard let entry = header[name] as? [String: Any], let type = entry["dtype"] as? String,
      let shape = entry["shape"] as? [Int], let ends = entry["data_offsets"] as? [Int]
    else { return nil }
    let bytes = contents[start + ends[0]..<start + ends[1]]
    func read<Number>(_ type: Number.Type, _ value: (Number) -> Double) -> [Double] {
      let width = MemoryLayout<Number>.size
      return bytes.withUnsafeBytes { raw in
        stride(from: 0, to: raw.count, by: width).map {
          value(raw.loadUnaligned(fromByteOffset: $0, as: type))
        }
      }
    }
    switch type {
    case "F32": return (read(Float.self) { Double($0) }, shape)
    case "I64": return (read(Int64.self) { Double($0) }, shape)
    default: return nil
    }
  }
}

private func json(_ url: URL) -> [String: Any]? {
  guard let data = try? Data(contentsOf: url) else { return nil }
  return try? JSONSerialization.jsonObject(with: data) as? [String: Any]
}
