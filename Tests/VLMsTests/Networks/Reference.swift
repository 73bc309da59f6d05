import Files
import Foundation
import Tensors
import TestSupport
import Testing

/// What the parity tests of the backbones ask of a fixture.
extension Fixture {
  func config(_ subfolder: String = "") throws -> JSONValue {
    try JSONFile.read(folder.appending(path: subfolder).appending(path: "config.json"))
  }

  /// The checkpoint, whole or in shards.
  func weights(_ subfolder: String = "") throws -> SafetensorsFolder {
    try SafetensorsFolder(url: folder.appending(path: subfolder))
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

  /// Expects `found` to be the reference called `name`, within 10⁻⁴ or `tolerance`.
  func expect(
    _ name: String, _ found: Tensor, within tolerance: Float = 1e-4,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let problem = difference(found, try tensor(name), within: tolerance)
    #expect(problem == nil, "\(testDescription): \(name)", sourceLocation: sourceLocation)
  }
}

/// What is wrong with `found`; nil if its shape is the reference's and every number is within `tolerance`.
func difference(
  _ found: Tensor, _ reference: Tensor, within tolerance: Float = 1e-4
) -> String? {
  guard found.shape == reference.shape else { return "\(found.shape), not \(reference.shape)" }
  var worst: Float = 0
  for (a, b) in zip(found.values, reference.values) {
    guard (a - b).isFinite else { return "\(a), not \(b)" }
    worst = max(worst, abs(a - b))
  }
  return worst <= tolerance ? nil : "differs by \(worst)"
}

/// A model to load: initialized, or uninitialized if its weights stay packed in their file.
func build<Model>(packed: Bool, _ model: (inout SeededRandom) throws -> Model) rethrows -> Model {
  var random = SeededRandom(seed: 0)
  return packed ? try uninitialized { try model(&random) } : try model(&random)
}
