import NanoVLA

/// The keys of OpenVLA's dataset_statistics.json; what is not used is passed over.
extension ActionStatistics: Decodable {
  private enum CodingKeys: String, CodingKey {
    case action, proprio
    case transitions = "num_transitions"
    case trajectories = "num_trajectories"
  }
  private enum ActionKeys: String, CodingKey { case mask }

  /// A flag of a mask: true and false, or 1 and 0.
  private struct Flag: Decodable {
    let isSet: Bool
    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Int.self), 0...1 ~= number {
        isSet = number == 1
      } else {
        isSet = try value.decode(Bool.self)
      }
    }
  }

  /// A robot without proprioception has `{}` or columns of length 0.
  private struct Columns: Decodable {
    let mean, std, max, min, q01, q99: [Float]?
    var isEmpty: Bool { [mean, std, max, min, q01, q99].allSatisfy { $0?.isEmpty != false } }
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let action = try values.decode(DimensionStatistics.self, forKey: .action)
    let mask = try values.nestedContainer(keyedBy: ActionKeys.self, forKey: .action)
      .decodeIfPresent([Flag].self, forKey: .mask)
    let hasProprio = try values.decodeIfPresent(Columns.self, forKey: .proprio)?.isEmpty == false
    try self.init(
      action: action, mask: mask?.map(\.isSet) ?? action.q01.map { _ in true },
      proprio: hasProprio ? values.decode(DimensionStatistics.self, forKey: .proprio) : nil,
      transitions: values.decodeIfPresent(Int.self, forKey: .transitions) ?? 0,
      trajectories: values.decodeIfPresent(Int.self, forKey: .trajectories) ?? 0)
  }
}

extension DimensionStatistics: Decodable {
  private enum CodingKeys: String, CodingKey { case mean, std, max, min, q01, q99 }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func column(_ key: CodingKeys) throws -> [Float] {
      try values.decode([Float].self, forKey: key)
    }
    try self.init(
      mean: column(.mean), std: column(.std), max: column(.max), min: column(.min),
      q01: column(.q01), q99: column(.q99))
  }
}
