import ArgumentParser
import Blackboard
import Console
import Foundation
import Simulators

/// `nanovla data export`: a dataset of ours becomes a LeRobot dataset.
struct DataExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a dataset as LeRobot v3: pixels, actions and instructions unchanged.",
    discussion: """
      Demonstrations of the toy world, recordings of simulators and imported datasets alike. \
      Python needs pyarrow, pandas and pillow: \
      nanovla data export goal-demonstrations goal-lerobot --python VENV/bin/python
      """)

  @Argument(help: "Folder of the dataset.")
  var source: String

  @Argument(help: "Folder to write.")
  var output: String

  @Option(help: "The camera's name in the new dataset, observation.images.NAME.")
  var camera = "main"

  @Option(help: "Python that writes parquet ($NANOVLA_PYTHON, or python3).")
  var python: String?

  func run() throws {
    guard !camera.isEmpty, camera.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
      throw RequestError("--camera must be letters, digits and _, not \(camera)")
    }
    let source = try datasetSource(source, python: python)
    var progress = Progress()
    try LeRobotExport.write(
      source, to: URL(fileURLWithPath: output), camera: camera, python: PythonInterpreter(python)
    ) { progress.report($0, of: source.episodes.count, "episodes") }
    print("\(source.episodes.count) episodes, \(source.stepCount) steps, in \(output)")
  }
}
