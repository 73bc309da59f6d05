import Files
import Tensors

/// A source of tensors by name: a safetensors file, or a folder of them.
public protocol TensorSource {
  /// The names of all tensors.
  var names: [String] { get }
  /// The shape of the tensor `name`.
  func shape(of name: String) throws -> [Int]
  /// All values of a tensor, row-major.
  func values(of name: String) throws -> [Float]
  /// The `rows` of a tensor, along its first axis.
  func tensor(_ name: String, rows: Range<Int>) throws -> Tensor
}

extension TensorSource {
  /// The `rows` of a tensor, along its first axis.
  public func tensor(_ name: String, rows: Range<Int>) throws -> Tensor {
    try Tensor(values(of: name), shape: shape(of: name)).sliced(axis: 0, rows)
  }
}

extension SafetensorsFile: TensorSource {}
extension SafetensorsFolder: TensorSource {}

/// A checkpoint that does not fit a model.
public enum WeightError: Error, Equatable, CustomStringConvertible {
  /// A tensor that is missing, and the one with the most similar name.
  case missing(String, nearest: String?)
  /// A tensor of another shape than config.json implies.
  case wrongShape(String, needed: [Int], found: [Int])

  public var description: String {
    switch self {
    case .missing(let key, let nearest):
      let instead = nearest.map { "the nearest is \"\($0)\"" } ?? "it has no tensors"
      return "the checkpoint has no tensor \"\(key)\"; \(instead)"
    case .wrongShape(let key, let needed, let found):
      return "tensor \"\(key)\" has shape \(found), config.json requires \(needed)"
    }
  }
}
