import ArgumentParser
import Foundation
import Simulators

/// The options of a command that can act in a simulator behind a Python process.
struct SimulatorOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Simulator and tasks: metaworld:TASK,…, libero:SUITE, gymnasium:ID, toy:red,blue.",
      valueName: "name"))
  var environment: String?

  @Option(help: "Python that has the simulator's packages ($NANOVLA_PYTHON, or python3).")
  var python: String?

  @Option(help: "Simulators that run at once, a process each (one for each core; for rl, a group).")
  var processes: Int?

  @Option(help: "fast leaves out shadows, reflections and anti-aliasing; full (the simulator's).")
  var rendering: SimulatorSettings.Rendering?

  @Option(help: "Most steps of a simulator's episode (the simulator's).")
  var maximumSteps: Int?

  @Option(help: "The task in words, where the simulator has none.")
  var taskText: String?

  @Flag(
    inversion: .prefixedNo,
    help: "For an OpenVLA in LIBERO: only the middle 90 % of the image, as in its own evaluation.")
  var centerCrop = true

  /// What the options describe; nil without `--environment`.
  /// - Parameter imageSize: of the policy, in pixels.
  /// - Throws: ``SimulatorError``, or ``RequestError`` for options without an environment.
  func settings(imageSize: Int = 64, processes least: Int? = nil) throws -> SimulatorSettings? {
    guard let environment else {
      let others: [(String, Any?)] = [
        ("--processes", processes), ("--rendering", rendering), ("--maximum-steps", maximumSteps),
        ("--task-text", taskText), ("--no-center-crop", centerCrop ? nil : false),
      ]
      if let (name, _) = others.first(where: { $0.1 != nil }) {
        throw RequestError("\(name) applies only to a simulator: name one with --environment")
      }
      return nil
    }
    return SimulatorSettings(
      try SimulatorName(environment), python: PythonInterpreter(python), imageSize: imageSize,
      processes: processes ?? least, rendering: rendering, instruction: taskText,
      horizon: maximumSteps, cropsCenter: centerCrop)
  }
}

extension SimulatorSettings.Rendering: ExpressibleByArgument {}
