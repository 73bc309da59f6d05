import Tensors

/// Tensors of a checkpoint that stay in its file.
extension SafetensorsFile {
  /// The tensor called `name`.
  ///
  /// With two axes or more its numbers stay in the file, 16 bits each, and are converted while they
  /// are used (``Tensor/isPacked``): nothing is read yet. Shorter ones, such as the gains of a norm
  /// and biases, become float32 at once. F32, F16 and BF16 are read, others refused.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    let place = try place(of: name)
    guard place.shape.count >= 2 else {
      return Tensor(try values(of: name), shape: place.shape)
    }
    guard let format = PackedWeights.Format(rawValue: place.dataType.rawValue) else {
      throw error(.unreadableDataType(tensor: name, place.dataType))
    }
    return Tensor(
      packed: PackedWeights(format, in: contents, from: place.bytes.lowerBound), shape: place.shape)
  }

  /// The part `rows` of the first axis: one of the matrices that a checkpoint keeps in one tensor,
  /// such as queries, keys and values.
  public func tensor(_ name: String, rows: Range<Int>) throws(SafetensorsError) -> Tensor {
    let shape = try shape(of: name)
    guard let count = shape.first, rows.lowerBound >= 0, rows.upperBound <= count else {
      throw error(.missingRows(tensor: name, rows: rows, shape: shape))
    }
    return try tensor(name).sliced(axis: 0, rows)
  }
}
