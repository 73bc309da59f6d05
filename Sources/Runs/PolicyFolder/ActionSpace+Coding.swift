import NanoVLA

/// An action space in a policy's config.json:
///
///     { "dimensions": [{ "name": "dx", "unit": "m", "bounds": [-0.2, 0.2] }, …],
///       "gripperConvention": "positiveClosed", "controlRate": 5 }
extension ActionSpace: Codable {
  private enum CodingKeys: CodingKey { case dimensions, gripperConvention, controlRate }

  /// - Throws: ``ActionError`` for no dimension or a control rate that is not positive.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let dimensions = try values.decode([Dimension].self, forKey: .dimensions)
    let controlRate = try values.decode(Float.self, forKey: .controlRate)
    guard !dimensions.isEmpty else { throw ActionError.noData("dimensions of an action space") }
    guard controlRate > 0, controlRate.isFinite else {
      throw ActionError.badControlRate(controlRate)
    }
    self.init(
      dimensions,
      gripperConvention: try values.decode(GripperConvention.self, forKey: .gripperConvention),
      controlRate: controlRate)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(dimensions, forKey: .dimensions)
    try values.encode(gripperConvention, forKey: .gripperConvention)
    try values.encode(controlRate, forKey: .controlRate)
  }
}
