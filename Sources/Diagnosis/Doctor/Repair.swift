import Images
import NanoVLA
import Tensors

/// A change of what a policy is given, or of what it outputs, that would undo one fault.
///
/// The doctor applies each in turn. A healthy policy agrees with its demonstrations best as it is; if
/// a simple change makes it agree much better, then that change is the fault, seen from behind.
struct Repair {
  let cause: Cause
  /// What was changed, for the report.
  let text: String
  var observation: ((Observation) -> Observation)?
  var instruction: ((String) -> String)?
  /// On a chunk of normalized actions, [K][A] → [A].
  var action: (([[Float]]) -> [Float])?
  /// On the action in robot units.
  var robotAction: (([Float]) -> [Float])?

  /// Changes of the output alone, of the dimensions that move.
  static func ofOutput(_ ruler: ActionRuler, chunk: Int) -> [Repair] {
    let (space, moving) = (ruler.space, ruler.moving)
    func edit(_ cause: Cause, _ text: String, _ change: @escaping (inout [Float]) -> Void) -> Repair
    {
      Repair(
        cause: cause, text: text,
        action: { chunk in
          var action = chunk[0]
          change(&action)
          return action
        })
    }
    func name(_ d: Int) -> String { space.dimensions[d].name }
    var repairs: [Repair] = []
    let convention = space.gripperConvention
    for d in space.grippers where moving.contains(d) {
      repairs.append(
        edit(.gripperSign, "\(name(d)): open and closed exchanged") {
          $0[d] = convention.open + convention.closed - $0[d]
        })
    }
    let poses = moving.filter { space.mask[$0] }
    for d in poses {
      repairs.append(edit(.actionSign, "\(name(d)) negated") { $0[d] = -$0[d] })
    }
    for d in moving {
      for e in space.dimensions.indices where e != d && (e > d || !moving.contains(e)) {
        let text = "\(name(d)) and \(name(e)) exchanged"
        repairs.append(edit(.actionOrder, text) { $0.swapAt(d, e) })
        var inRobotUnits = Repair(cause: .actionOrder, text: text)
        inRobotUnits.robotAction = { action in
          var action = action
          action.swapAt(d, e)
          return action
        }
        repairs.append(inRobotUnits)
      }
    }
    for numbers in [poses, Array(space.dimensions.indices)] where numbers.count > 2 {
      for shift in [1, numbers.count - 1] {
        repairs.append(
          edit(.actionOrder, "\(numbers.count) numbers read \(shift) places further") {
            let old = $0
            for (i, d) in numbers.enumerated() { $0[d] = old[numbers[(i + shift) % numbers.count]] }
          })
      }
    }
    for k in 1..<max(1, min(chunk, 16)) where chunk > 1 {
      repairs.append(
        Repair(
          cause: .chunkOrder, text: "action \(k + 1) of the chunk executed first",
          action: { $0[k] }))
    }
    return repairs
  }

  init(
    cause: Cause, text: String, observation: ((Observation) -> Observation)? = nil,
    instruction: ((String) -> String)? = nil, action: (([[Float]]) -> [Float])? = nil
  ) {
    (self.cause, self.text) = (cause, text)
    (self.observation, self.instruction, self.action) = (observation, instruction, action)
  }
}
