import Foundation
import NanoVLA
import Tensors
import Testing

/// What the parity tests of the backbones ask of a fixture.
extension Fixture {
  func config(_ subfolder: String = "") throws -> JSONValue {
    try JSONFile.read(folder.appending(path: subfolder).appending(path: "config.json"))
  }

  /// All model*.safetensors of a folder as one source.
  func weights(_ subfolder: String = "") throws -> Shards {
    let path = folder.appending(path: subfolder)
    let names = try FileManager.default.contentsOfDirectory(atPath: path.path)
      .filter { $0.hasPrefix("model") && $0.hasSuffix(".safetensors") }
    let files = try names.sorted().map { try SafetensorsFile(url: path.appending(path: $0)) }
    return Shards(files: files)
  }

  /// A table of whole numbers with `rows` rows.
  func table(_ name: String, rows: Int = 1) throws -> [[Int]] {
    let all = try integers(name)
    let columns = all.count / rows
    return (0..<rows).map { Array(all[$0 * columns..<($0 + 1) * columns]) }
  }

  /// Images [B, 3, H, W] as this course lays them out, [B, H, W, 3].
  func pixels(_ name: String = "pixel_values") throws -> Tensor {
    try tensor(name).permuted([0, 2, 3, 1])
  }

  /// Expects `found` to be the reference called `name`, within 10⁻⁴.
  func expect(
    _ name: String, _ found: Tensor, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let problem = difference(found, try tensor(name))
    #expect(problem == nil, "\(testDescription): \(name)", sourceLocation: sourceLocation)
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
