import Foundation
import Tensors

extension Module {
  /// Takes every parameter from the tensor of its name in `file`, a safetensors file.
  /// - Throws: ``SafetensorsError`` or ``CheckpointError``. Nothing is changed then.
  public func load(from file: URL) throws { try load(SafetensorsFile(url: file)) }

  /// Takes every parameter from the tensor of its name in `file`.
  /// - Parameter kept: the names of those that may be missing there, and then stay as they are.
  /// - Throws: `SafetensorsError` if one is missing, ``CheckpointError`` if a shape differs. Nothing
  ///   is changed then.
  public func load(_ file: SafetensorsFile, keeping kept: Set<String> = []) throws {
    let absent = kept.subtracting(file.names)
    let found = try namedParameters.filter { !absent.contains($0.name) }.map { name, parameter in
      guard try file.shape(of: name) == parameter.shape else {
        throw CheckpointError.wrongShape(
          file.url.path, name, expected: parameter.shape, found: try file.shape(of: name))
      }
      let values = try file.values(of: name)
      guard values.allSatisfy(\.isFinite) else {
        throw CheckpointError.notFinite(file.url.path, name)
      }
      return (parameter, values)
    }
    for (parameter, values) in found { parameter.values = values }
  }
}
