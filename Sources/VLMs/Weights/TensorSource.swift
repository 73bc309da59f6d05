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
  /// Whether a tensor holds whole numbers or flags: positions and masks, not weights.
  func holdsWholeNumbers(_ name: String) throws -> Bool
  /// The `rows` of a tensor, along its first axis.
  func tensor(_ name: String, rows: Range<Int>) throws -> Tensor
}

extension TensorSource {
  /// No tensor does, unless the source says so.
  public func holdsWholeNumbers(_ name: String) throws -> Bool { false }

  /// The `rows` of a tensor, along its first axis.
  public func tensor(_ name: String, rows: Range<Int>) throws -> Tensor {
    try Tensor(values(of: name), shape: shape(of: name)).sliced(axis: 0, rows)
  }
}

extension SafetensorsFile: TensorSource {
  /// Whether a tensor holds whole numbers or flags.
  public func holdsWholeNumbers(_ name: String) throws -> Bool { try dataType(of: name).isWhole }
}

extension SafetensorsFolder: TensorSource {
  /// Whether a tensor holds whole numbers or flags.
  public func holdsWholeNumbers(_ name: String) throws -> Bool { try dataType(of: name).isWhole }
}
