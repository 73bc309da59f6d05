/// How large a checkpoint is; reads the headers of all shards, none of the numbers.
extension SafetensorsFolder {
  public struct Size: Equatable, Sendable {
    public var tensors = 0
    public var numbers = 0
    public var bytes = 0
  }

  public func sizes() throws(SafetensorsError) -> [SafetensorsDataType: Size] {
    var sizes: [SafetensorsDataType: Size] = [:]
    for name in names {
      let place = try file(of: name).place(of: name)
      sizes[place.dataType, default: Size()].tensors += 1
      sizes[place.dataType, default: Size()].numbers +=
        place.shape.contains(0) ? 0 : place.shape.reduce(1, *)  // others fit the file
      sizes[place.dataType, default: Size()].bytes += place.bytes.count
    }
    return sizes
  }

  /// All numbers but whole ones and flags, which are positions and masks rather than parameters.
  public func parameterCount() throws(SafetensorsError) -> Int {
    try sizes().reduce(0) { $0 + ($1.key.isWhole ? 0 : $1.value.numbers) }
  }
}
