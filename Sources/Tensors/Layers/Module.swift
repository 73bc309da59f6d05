/// Anything with parameters: a layer, a block, a whole model.
///
/// The names of its stored properties are its names in a checkpoint: parameter `weight` of layer
/// `projection` of module `vision` is `vision.projection.weight`; the third of `blocks` is
/// `blocks.2`.
public protocol Module: AnyObject {}

extension Module {
  /// Every parameter with its name, in the order in which the properties are declared.
  public var namedParameters: [(name: String, parameter: Tensor)] {
    parts(named: "").compactMap { name, part in
      (part as? Tensor).flatMap { $0.isParameter ? (name, $0) : nil }
    }
  }

  /// Every module inside this one with its name, each before the modules that it contains.
  public var namedModules: [(name: String, module: any Module)] {
    parts(named: "").dropFirst().compactMap { name, part in
      (part as? any Module).map { (name, $0) }
    }
  }

  /// Every parameter, in the order of ``namedParameters``.
  public var parameters: [Tensor] { namedParameters.map(\.parameter) }

  /// The number of elements of all parameters, frozen ones included.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  /// Freezes every parameter, or with `false` lets it learn again; see ``Tensor/isFrozen``.
  public func freeze(_ isFrozen: Bool = true) {
    for parameter in parameters { parameter.isFrozen = isFrozen }
  }

  /// This module, and all modules and tensors inside it.
  private func parts(named name: String) -> [(name: String, part: Any)] {
    func find(_ value: Any, _ name: String) -> [(name: String, part: Any)] {
      if value is Tensor { return [(name, value)] }
      let mirror = Mirror(reflecting: value)
      let isList = mirror.displayStyle == .collection
      let isModule = value is any Module && mirror.displayStyle != .optional
      guard isModule || isList || mirror.displayStyle == .optional else { return [] }
      let inside = mirror.children.enumerated().flatMap { index, child in
        // The child of an optional is labeled "some", which is not part of the name.
        let part = isList ? "\(index)" : child.label == "some" ? "" : child.label ?? ""
        return find(child.value, [name, part].filter { !$0.isEmpty }.joined(separator: "."))
      }
      return isModule ? [(name, value)] + inside : inside
    }
    return find(self, name)
  }
}
