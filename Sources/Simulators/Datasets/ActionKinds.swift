import NanoVLA

/// Where to go, in the coordinates of the state: `[A]`, in robot units.
public struct AbsoluteAction: Sendable, Equatable {
  public let values: [Float]
  public init(_ values: [Float]) { self.values = values }
}

/// Where to go, less the state at which the chunk was predicted: `[A]`, in robot units.
public struct RelativeAction: Sendable, Equatable {
  public let values: [Float]
  public init(_ values: [Float]) { self.values = values }
}

/// The change of the target since the step before: `[A]`, in robot units.
public struct DeltaAction: Sendable, Equatable {
  public let values: [Float]
  public init(_ values: [Float]) { self.values = values }
}

/// Converts chunks of actions between the three kinds, which needs the state: the number of the state
/// that each action dimension is measured against.
///
///     relative(k) = absolute(k) − state
///     delta(k)    = absolute(k) − absolute(k − 1),   absolute(−1) = state
///
/// A difference is right for joint positions and translations. Orientations as Euler angles or
/// quaternions have none of this kind. Grippers keep their values.
///
/// - Letters: K actions of a chunk, A action dimensions, S state numbers.
/// - Reference: huggingface/lerobot, src/lerobot/processor/relative_action_processor.py; Chi et al.,
///   "Universal Manipulation Interface" (2024), §III-C.
public struct ActionReference: Sendable, Equatable {
  /// `[A]`: the index in the state; nil for a gripper.
  let places: [Int?]

  /// The dimensions of `space` in a state with these names: by their names, or in order if there are
  /// as many and no name is shared.
  /// - Throws: ``RobotDatasetError/noState(_:of:)``
  public init(_ space: ActionSpace, stateNames: [String]) throws(RobotDatasetError) {
    let names = space.dimensions.map(\.name)
    let isArm = space.mask
    let named = zip(names, isArm).map { name, isArm in
      isArm ? stateNames.firstIndex(of: name) : nil
    }
    if zip(named, isArm).allSatisfy({ $0 != nil || !$1 }) {
      places = named
    } else if named.allSatisfy({ $0 == nil }), stateNames.count == names.count {
      places = names.indices.map { isArm[$0] ? $0 : nil }
    } else {
      let missing = names.indices.first { isArm[$0] && named[$0] == nil }!
      throw .noState(names[missing], of: stateNames)
    }
  }

  /// `[A]`: what is subtracted from an action at `state`, `[S]`.
  private func origin(_ state: [Float]) -> [Float] {
    places.map { $0.map { state[$0] } ?? 0 }
  }

  public func relative(_ chunk: [AbsoluteAction], from state: [Float]) -> [RelativeAction] {
    let origin = origin(state)
    return chunk.map { RelativeAction(zip($0.values, origin).map { $0 - $1 }) }
  }

  public func absolute(_ chunk: [RelativeAction], from state: [Float]) -> [AbsoluteAction] {
    let origin = origin(state)
    return chunk.map { AbsoluteAction(zip($0.values, origin).map { $0 + $1 }) }
  }

  public func deltas(_ chunk: [AbsoluteAction], from state: [Float]) -> [DeltaAction] {
    var last = origin(state)
    return chunk.map { action in
      let change = zip(action.values, last).map { $0 - $1 }
      last = places.indices.map { places[$0] == nil ? 0 : action.values[$0] }
      return DeltaAction(change)
    }
  }

  public func absolute(_ chunk: [DeltaAction], from state: [Float]) -> [AbsoluteAction] {
    var last = origin(state)
    return chunk.map { action in
      let target = zip(action.values, last).map { $0 + $1 }
      last = places.indices.map { places[$0] == nil ? 0 : target[$0] }
      return AbsoluteAction(target)
    }
  }
}
