import Blackboard
import Foundation
import Simulators

/// Recording a simulator's expert.
extension DataRecordCommand {
  func record(in settings: SimulatorSettings) throws {
    guard let output else { throw RequestError("name the folder to write with --output") }
    guard 1...100_000 ~= count else {
      throw RequestError("--count must be 1 to 100000, not \(count)")
    }
    guard 0...10 ~= noise ?? 0 else {
      throw RequestError("--noise must be 0 to 10, not \(noise ?? 0)")
    }
    guard seed == 0, flips == 0 else {
      throw RequestError("--seed and --flips apply only to the tabletop: omit them")
    }
    let folder = URL(fileURLWithPath: output)
    let environment = try SimulatorEnvironment(settings)
    let recorder = try SimulatorRecorder(environment, noise: noise ?? 0.5)
    var progress = Progress()
    try recorder.write(count, to: folder) { progress.report($0, of: count, "episodes") }
    let dataset = try RobotDatasetReader(folder)
    let steps = dataset.episodes.reduce(0) { $0 + $1.steps }
    print(
      "\(dataset.episodes.count) demonstrations of \(settings.name), \(steps) steps, in \(folder.path)"
    )
    environment.reportRestarts()
  }
}
