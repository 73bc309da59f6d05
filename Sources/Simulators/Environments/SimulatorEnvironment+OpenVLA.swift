import NanoVLA
import VLMs

/// LIBERO as OpenVLA evaluates in it: the policy's gripper command (1 open, 0 closed) becomes fully
/// open or fully closed in the simulator's convention (−1 open, +1 closed).
///
/// The rest of the protocol is the simulator's: the 50 initial states of each task, ten no-ops until
/// the objects rest, the image turned by 180°, compressed and resized, the suite's limit of steps. Of
/// that image an OpenVLA sees the middle.
///
/// - Reference: openvla/openvla, experiments/robot/libero/run_libero_eval.py and libero_utils.py.
extension SimulatorEnvironment {
  /// The part of the image's area that OpenVLA sees in LIBERO.
  static let openVLAsArea: Float = 0.9

  /// The same simulators for `policy`: in its own space, and with the middle of the image for an
  /// OpenVLA in LIBERO, unless ``SimulatorSettings/cropsCenter`` says otherwise.
  public func acting(_ policy: VLA) -> SimulatorEnvironment {
    let found = acting(policy.space)
    guard settings.name.kind == .libero, settings.cropsCenter,
      (policy.backbone as? VLM)?.network is OpenVLA
    else { return found }
    let cropping = found === self ? copy() : found
    cropping.shownArea = Self.openVLAsArea
    return cropping
  }

  /// The same simulators for a policy that acts in `space`, if that is the space of a published policy,
  /// which has no units of its own: seven numbers of an arm with a gripper, in LIBERO's units if its
  /// statistics are LIBERO's. Any other space changes nothing, and is refused when the policy acts.
  public func acting(_ space: ActionSpace) -> SimulatorEnvironment {
    guard settings.name.kind == .libero, space.count == facts.space.count,
      space.grippers == facts.space.grippers,
      space.dimensions.allSatisfy({ $0.unit == ActionSpace.unnamedUnit })
    else { return self }
    let copy = copy()
    copy.space = space
    return copy
  }
}
