import Tensors

/// The bend between two linear layers; without one, two layers would be one.
///
/// Published models differ in it by little, but by enough to show: the exact GELU in place of its
/// tanh form moves a logit by about a thousandth. So each is named, as config.json spells it.
///
/// Reference: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), sections 2 and 4.
public enum Activation: String, CaseIterable, Sendable {
  case gelu = "gelu"  // x Φ(x), by the error function
  case geluTanh = "gelu_pytorch_tanh"  // the same by a tanh that nearly fits
  case quickGELU = "quick_gelu"  // x σ(1.702 x)
  case relu = "relu"  // max(x, 0)
  case silu = "silu"  // x σ(x)

  /// The activation that a config.json means, in all its spellings; nil for one that is not here.
  public init?(named name: String) {
    switch name {
    case "gelu_new", "gelu_fast": self = .geluTanh
    case "swish": self = .silu
    default: self.init(rawValue: name)
    }
  }

  /// Each element by itself: the shape stays.
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
