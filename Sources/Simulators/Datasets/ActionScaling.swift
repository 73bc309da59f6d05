import NanoVLA

/// A way to scale robot units for a network. The three in use; numbers scaled in one way mean nothing
/// in another, so each is a type.
///
/// Gripper commands (`ActionStatistics/mask`) keep their values in all of them. Nothing is clipped, so
/// that scaling can be undone; the course's `NormalizedAction` is ``QuantileScaling``, clipped.
///
/// - Letters: A action dimensions.
/// - Reference: huggingface/lerobot, src/lerobot/processor/normalize_processor.py; openpi,
///   src/openpi/transforms.py (`Normalize`). One difference: LeRobot divides by std + 1e-8 but
///   multiplies by std; here both directions use std + 1e-8, and undo each other.
public protocol ActionScaling: Sendable {
  /// "quantiles", "min–max" or "mean–std".
  static var name: String { get }
  /// What becomes 0 and how many robot units become 1.
  static func center(_ statistics: DimensionStatistics, _ dimension: Int) -> Double
  static func unit(_ statistics: DimensionStatistics, _ dimension: Int) -> Double
}

/// [q01, q99] becomes [−1, 1]: OpenVLA, π0.5 and the course.
public enum QuantileScaling: ActionScaling {
  public static let name = "quantiles"
  public static func center(_ s: DimensionStatistics, _ d: Int) -> Double {
    Double(s.q01[d]) + unit(s, d)
  }
  public static func unit(_ s: DimensionStatistics, _ d: Int) -> Double {
    halfRange(s.q01[d], s.q99[d])
  }
}

/// [min, max] becomes [−1, 1]: Diffusion Policy.
public enum MinMaxScaling: ActionScaling {
  public static let name = "min–max"
  public static func center(_ s: DimensionStatistics, _ d: Int) -> Double {
    Double(s.min[d]) + unit(s, d)
  }
  public static func unit(_ s: DimensionStatistics, _ d: Int) -> Double {
    halfRange(s.min[d], s.max[d])
  }
}

/// The mean becomes 0, one standard deviation 1: ACT, π0, SmolVLA.
public enum MeanStdScaling: ActionScaling {
  public static let name = "mean–std"
  public static func center(_ s: DimensionStatistics, _ d: Int) -> Double { Double(s.mean[d]) }
  public static func unit(_ s: DimensionStatistics, _ d: Int) -> Double { Double(s.std[d]) + 1e-8 }
}

/// Half the range; where nothing ever changed, LeRobot's 1e-8 stands for the range.
private func halfRange(_ low: Float, _ high: Float) -> Double {
  (low == high ? 1e-8 : Double(high) - Double(low)) / 2
}

/// An action in the scale `Scaling`: `[A]`, without unit.
public struct ScaledAction<Scaling: ActionScaling>: Sendable, Equatable {
  public let values: [Float]
  public init(_ values: [Float]) { self.values = values }
}

extension ActionStatistics {
  /// Robot units → `Scaling`: (x − center) / unit.
  /// - Throws: `ActionError` for another number of dimensions, NaN and infinity.
  public func scaled<Scaling>(
    _ action: RobotAction, by scaling: Scaling.Type
  ) throws(ActionError) -> ScaledAction<Scaling> {
    try ActionError.check(action.values, "action", dimensions: count)
    return ScaledAction(
      action.values.indices.map { d in
        let x = Double(action.values[d])
        guard mask[d] else { return action.values[d] }
        return Float((x - Scaling.center(self.action, d)) / Scaling.unit(self.action, d))
      })
  }

  /// `Scaling` → robot units: x · unit + center.
  /// - Throws: `ActionError` for another number of dimensions, NaN and infinity.
  public func robotAction<Scaling>(
    _ action: ScaledAction<Scaling>
  ) throws(ActionError) -> RobotAction {
    try ActionError.check(action.values, "\(Scaling.name) action", dimensions: count)
    return RobotAction(
      action.values.indices.map { d in
        guard mask[d] else { return action.values[d] }
        let unit = Scaling.unit(self.action, d)
        return Float(Double(action.values[d]) * unit + Scaling.center(self.action, d))
      })
  }
}

extension NormalizedAction {
  /// The course's normalized action of one scaled by quantiles: clipped to [−1, 1] where `mask` is true.
  public init(_ action: ScaledAction<QuantileScaling>, mask: [Bool]) {
    guard mask.count == action.values.count else {
      fatalError("NormalizedAction: \(mask.count) in the mask, \(action.values.count) values")
    }
    self.init(zip(action.values, mask).map { $1 ? min(max($0, -1), 1) : $0 })
  }
}
