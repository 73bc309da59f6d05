/// What may stand in a lesson's table: words, numbers, and shapes.
public protocol TableCell {
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
