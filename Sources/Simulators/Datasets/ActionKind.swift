/// What the numbers of a stored action are measured from.
///
/// The same motion is another number in each kind, and a policy trained on one kind moves a robot
/// that expects another by wrong amounts. So a dataset states its kind.
///
/// - Reference: openpi, `DeltaActions` in src/openpi/transforms.py (which names `relative` delta);
///   Chi et al., "Universal Manipulation Interface" (2024), §III-C, for the three kinds.
public enum ActionKind: String, Sendable, Codable, CaseIterable {
  /// Where to go: a target in the coordinates of the robot's state, such as joint positions.
  case absolute
  /// The target less the state at the moment when the action, or the chunk it is in, is predicted.
  case relative
  /// The change of the target in one step: MetaWorld, LIBERO, OpenVLA's robots and the toy world.
  case delta
}
