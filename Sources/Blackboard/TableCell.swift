/// A value in a table of a lesson: text, a number, or a shape.
public protocol TableCell {
  /// The text that is printed.
  var cell: String { get }
}

extension String: TableCell {
  public var cell: String { self }
}

extension Int: TableCell {
  public var cell: String { String(self) }
}

extension Double: TableCell {
  public var cell: String { Terminal.number(self) }
}

extension Float: TableCell {
  public var cell: String { Terminal.number(Double(self)) }
}

extension Array: TableCell where Element == Int {
  public var cell: String { "\(self)" }
}

/// An empty cell if there is no value.
extension Optional: TableCell where Wrapped: TableCell {
  public var cell: String { self?.cell ?? "" }
}
