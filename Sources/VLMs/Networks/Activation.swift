import Tensors

/// The activation functions of published models, named as config.json names them.
///
/// - Reference: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), sections 2 and 4.
public enum Activation: String, CaseIterable, Sendable {
  /// x Φ(x), with the error function.
  case gelu = "gelu"
  /// An approximation of GELU by tanh.
  case geluTanh = "gelu_pytorch_tanh"
  /// An approximation of GELU, x σ(1.702 x).
  case quickGELU = "quick_gelu"
  /// max(x, 0).
  case relu = "relu"
  /// x σ(x), also called swish.
  case silu = "silu"

  /// The activation that a config.json names, in all its spellings; nil for an unknown one.
  public init?(named name: String) {
    switch name {
    case "gelu_new", "gelu_fast": self = .geluTanh
    case "swish": self = .silu
    default: self.init(rawValue: name)
    }
  }

  /// Applies the function to each element of a tensor of any shape.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .gelu: return x.geluExact()
    case .geluTanh: return x.gelu()
    case .quickGELU: return x.quickGELU()
    case .relu: return x.relu()
    case .silu: return x.silu()
    }
  }
}
