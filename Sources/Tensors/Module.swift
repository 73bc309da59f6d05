/// Something with parameters: a layer, a block, a whole model.
///
/// Its stored properties ARE its checkpoint names: parameter `weight` of layer `projection` of
/// module `vision` is called `vision.projection.weight`; the third of `blocks` is `blocks.2`.
public protocol Module: AnyObject {}

extension Module {
  /// Every parameter with its name, in the order in which the properties are declared.
  public var namedParameters: [(name: String, parameter: Tensor)] {
    func find(_ value: Any, _ name: String) -> [(name: String, parameter: Tensor)] {
      if let tensor = value as? Tensor { return tensor.isParameter ? [(name, tensor)] : [] }
      let mirror = Mirror(reflecting: value)
      let isList = mirror.displayStyle == .collection
      guard value is any Module || isList || mirror.displayStyle == .optional else { return [] }
      return mirror.children.enumerated().flatMap { index, child in
        // An optional's only child has a label of its own, "some", which is no part of the name.
        let part = isList ? "\(index)" : child.label == "some" ? "" : child.label ?? ""
        return find(child.value, [name, part].filter { !$0.isEmpty }.joined(separator: "."))
      }
    }
    return find(self, "")
  }

  /// Every parameter, in the order of ``namedParameters``.
  public var parameters: [Tensor] { namedParameters.map(\.parameter) }

  /// The number of numbers that training can change.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  /// Stops (or, with false, resumes) training of every parameter.
  public func freeze(_ isFrozen: Bool = true) {
    for parameter in parameters { parameter.isFrozen = isFrozen }
  }
}
