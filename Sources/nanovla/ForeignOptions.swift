import ArgumentParser
import NanoVLA
import Simulators

/// The options of a command that reads datasets of other programs: what these do not say themselves.
struct ForeignOptions: ParsableArguments {
  @Option(help: "Python that reads LeRobot and HDF5 ($NANOVLA_PYTHON, or python3).")
  var python: String?

  @Option(help: "Camera, by its name or the last part of it (the first one).")
  var camera: String?

  @Option(
    help:
      "What the actions are measured from: absolute, relative or delta, if the dataset does not say it."
  )
  var actions: ActionKind?

  @Option(help: "The gripper's numbers: positiveClosed, oneOpen or oneClosed.")
  var gripper = GripperConvention.positiveClosed

  @Option(help: "The task in words, in place of the dataset's.")
  var instruction: String?

  @Option(help: "Key of the statistics (the robot's name).")
  var name: String?

  var reading: ForeignDataset.Reading {
    var reading = ForeignDataset.Reading()
    (reading.camera, reading.actions, reading.name) = (camera, actions, name)
    (reading.gripper, reading.instruction) = (gripper, instruction)
    return reading
  }
}

extension ActionKind: ExpressibleByArgument {}
extension GripperConvention: ExpressibleByArgument {}
