import Files
import Tensors

/// Anything that offers tensors by name: a safetensors file, or a folder of them.
public protocol TensorSource {
  var names: [String] { get }
  func shape(of name: String) throws -> [Int]
  /// All numbers of a tensor, row-major.
  func values(of name: String) throws -> [Float]
  /// The part of a tensor in `rows`, counted along its first axis.
  func tensor(_ name: String, rows: Range<Int>) throws -> Tensor
}

extension TensorSource {
  public func tensor(_ name: String, rows: Range<Int>) throws -> Tensor {
    try Tensor(values(of: name), shape: shape(of: name)).sliced(axis: 0, rows)
  }
}

extension SafetensorsFile: TensorSource {}
extension SafetensorsFolder: TensorSource {}

/// How a checkpoint can fail to fit a model.
public enum WeightError: Error, Equatable, CustomStringConvertible {
  case missing(String, nearest: String?)
  case wrongShape(String, needed: [Int], found: [Int])

  public var description: String {
    switch self {
    case .missing(let key, let nearest):
      let instead = nearest.map { "the nearest is \"\($0)\"" } ?? "there is no tensor at all"
      return "the checkpoint has no tensor \"\(key)\"; \(instead)"
    case .wrongShape(let key, let needed, let found):
      return "tensor \"\(key)\" has shape \(found), config.json asks for \(needed)"
    }
  }
}
