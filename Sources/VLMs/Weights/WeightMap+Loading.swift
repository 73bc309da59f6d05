import Files
import Foundation
import Tensors

extension Module {
  /// Reads every parameter from `source`, with names translated by `map`.
  ///
  /// All names and shapes are checked before the first value is read, so a checkpoint of another
  /// model leaves the parameters unchanged.
  /// - Parameters:
  ///   - map: the translation of names.
  ///   - packed: if true, values stay packed in their memory-mapped file. This needs neither time nor
  ///     memory now, but they cannot be trained. Build the model inside `uninitialized` then.
  /// - Returns: the names in `source` that no parameter has used and `map` does not ignore: tensors of
  ///   parts that this network does not have.
  /// - Throws: ``WeightError``, also for weights of a part of the network that has no place for them;
  ///   or the errors of reading from `source`.
  @discardableResult
  public func load(
    _ source: some TensorSource, with map: WeightMap, packed: Bool = false
  ) throws -> [String] {
    let parameters = namedParameters
    let byName = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.parameter) })
    let names = Set(source.names)
    try Self.refuseFormats(of: source.names)
    let reads = try parameters.map { name, parameter in
      guard let location = map.location(of: name) else {
        fatalError("weights: no rule for \(name)")
      }
      guard let key = location.keys.first(where: names.contains) else {
        let key = closest(location.keys, among: source.names)
        let nearest = nearestNames(to: key, among: source.names, limit: 1)
        throw WeightError.missing(key, nearest: nearest.first)
      }
      let sharers = location.sharers.compactMap { byName[$0] }
      let before = sharers.prefix { $0 !== parameter }.reduce(0) { $0 + $1.rowCount }
      let read = WeightRead(
        key: key, form: location.form, rows: before..<before + parameter.rowCount,
        allRows: sharers.reduce(0) { $0 + $1.rowCount }, parameter: parameter)
      let found = try source.shape(of: key)
      guard found.filter({ $0 != 1 }) == read.publishedShape.filter({ $0 != 1 }) else {
        throw WeightError.wrongShape(key, needed: read.publishedShape, found: found)
      }
      return read
    }
    let used = Set(reads.map(\.key))
    let unused = source.names.filter { !used.contains($0) && !map.ignores($0) }
    let skipped = try map.weights(among: unused, in: source)
    guard skipped.isEmpty else { throw WeightError.skipped(skipped) }
    for read in reads {
      let tensor = try read.tensor(from: source)
      if packed { read.parameter.adopt(tensor) } else { read.parameter.values = tensor.values }
    }
    return unused
  }
}

extension WeightMap {
  /// Those of `names` that hold weights of a part of this map's network: whole numbers too, which are
  /// the codes of quantized weights, unless their name says that they count or mask.
  fileprivate func weights(among names: [String], in source: some TensorSource) throws -> [String] {
    let (roots, counts) = (roots, ["ids", "mask", "index", "tracked"])
    return try names.filter { name in
      let parts = name.split(separator: ".")
      guard let first = parts.first, roots.contains(String(first)) else { return false }
      let kind = parts.last?.split(separator: "_").last ?? ""
      return try !(counts.contains(String(kind)) && source.holdsWholeNumbers(name))
    }
  }
}

/// The spelling of a key with the longest common prefix with any of `names`.
private func closest(_ keys: [String], among names: [String]) -> String {
  let lengths = keys.map { key in
    names.map { name in zip(key.utf8, name.utf8).prefix { $0 == $1 }.count }.max() ?? 0
  }
  return zip(keys, lengths).max { $0.1 < $1.1 }?.0 ?? ""
}

/// A parameter and the location of its values; names and shapes have been checked.
private struct WeightRead {
  var key: String
  var form: WeightMap.Form
  var rows: Range<Int>  // of the published tensor, in our form
  var allRows: Int
  var parameter: Tensor

  /// The shape in the checkpoint, without axes of length 1.
  var publishedShape: [Int] {
    let ours = parameter.shape.isEmpty ? [] : [allRows] + parameter.shape.dropFirst()
    guard ours.count == 2 else { return ours }
    switch form {
    case .plain: return ours
    case .transposed: return ours.reversed()
    case .patches:
      let side = Int(Double(ours[1] / 3).squareRoot())
      return [ours[0], 3, side, side]
    }
  }

  /// The values in the parameter's shape.
  func tensor(from source: some TensorSource) throws -> Tensor {
    if case .plain = form, try source.shape(of: key).first == allRows {
      // Only these rows are read, packed if the source keeps them so.
      return try source.tensor(key, rows: rows).reshaped(parameter.shape)
    }
    var whole = Tensor(try source.values(of: key), shape: publishedShape)
    switch form {
    case .transposed where whole.shape.count == 2:
      whole = whole.transposed(0, 1)  // [I, O] → [O, I]
    case .patches where whole.shape.count == 4:
      whole = whole.permuted([0, 2, 3, 1])  // [D, 3, S, S] → [D, S, S, 3]
        .reshaped([allRows, -1])  // [D, S, S, 3] → [D, S·S·3]
    default: break
    }
    return rows.count == allRows ? whole : whole.sliced(axis: 0, rows)
  }
}

extension Tensor {
  fileprivate var rowCount: Int { shape.first ?? 1 }
}
