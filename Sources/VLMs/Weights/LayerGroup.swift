/// Tensors that differ only in their block's number, in one row: `layers.0.norm.weight` to
/// `layers.31.norm.weight`. A model of a thousand tensors becomes a table of thirty rows.
public struct LayerGroup: Encodable, Sendable, Equatable {
  /// `layers.{N}.norm.weight`; the full name if there is only one tensor.
  public let name: String
  /// The shape of each tensor.
  public let shape: [Int]
  public let dataType: String
  public let tensors: Int
  /// The number of values, and their bytes, of all tensors together.
  public let numbers, bytes: Int

  /// The groups in the order of their first tensors.
  static func groups(of tensors: [TensorFacts]) -> [LayerGroup] {
    struct Key: Hashable {
      let pattern: String
      let shape: [Int]
      let dataType: String
    }
    var order: [Key] = []
    var members: [Key: [TensorFacts]] = [:]
    for tensor in tensors {
      let key = Key(
        pattern: pattern(tensor.name), shape: tensor.shape, dataType: tensor.dataType.rawValue)
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(tensor)
    }
    return order.map { key in
      let group = members[key]!
      return LayerGroup(
        name: shown(group.count == 1 ? group[0].name : key.pattern), shape: key.shape,
        dataType: key.dataType, tensors: group.count,
        numbers: group.reduce(0) { $0 + $1.values }, bytes: group.reduce(0) { $0 + $1.bytes })
    }
  }

  /// The name with {N} in place of each component that is a number.
  private static func pattern(_ name: String) -> String {
    name.split(separator: ".", omittingEmptySubsequences: false)
      .map { part in
        !part.isEmpty && part.utf8.allSatisfy { (48...57).contains($0) } ? "{N}" : String(part)
      }
      .joined(separator: ".")
  }

  /// The name made safe for one line of a terminal: a file may call a tensor anything.
  private static func shown(_ name: String) -> String {
    let scalars = name.unicodeScalars.prefix(121).map { scalar -> Unicode.Scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
      default: scalar
      }
    }
    let kept = String(String.UnicodeScalarView(scalars.prefix(120)))
    return scalars.count > 120 ? kept + "…" : kept
  }
}
