import NanoVLA
import VLMs

/// LIBERO as OpenVLA evaluates in it: the policy's gripper command (1 open, 0 closed) becomes fully
/// open or fully closed in the simulator's convention (−1 open, +1 closed).
///
/// The rest of the protocol is the simulator's: the 50 initial states of each task, ten no-ops until
/// the objects rest, the image turned by 180°, compressed and resized, the suite's limit of steps.
///
/// - Reference: openvla/openvla, experiments/robot/libero/run_libero_eval.py and libero_utils.py.
extension SimulatorEnvironment {
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
