import Foundation
import NanoVLA
import Simulators
import Tensors
import Testing
import VLMs

@testable import Serving

/// Pages in real simulators, where a variable names a Python that has them.
@Suite(.serialized) struct RealSimulatorPlayTests {
  private static func python(_ variable: String) -> PythonInterpreter? {
    ProcessInfo.processInfo.environment[variable].map { PythonInterpreter($0) }
  }
  private static let metaworld = python("NANOVLA_SIMULATORS_PYTHON")
  private static let libero = python("NANOVLA_LIBERO_PYTHON")

  @Test(.enabled(if: metaworld != nil, "NANOVLA_SIMULATORS_PYTHON names no Python"))
  func `in MetaWorld one steps, goes back and changes the task`() throws {
    try play("metaworld:reach-v3,drawer-open-v3", Self.metaworld!, horizon: 500)
  }

  @Test(.enabled(if: libero != nil, "NANOVLA_LIBERO_PYTHON names no Python"))
  func `in LIBERO one steps, goes back and changes the task`() throws {
    try play("libero:spatial/0,spatial/1", Self.libero!, horizon: 220)
  }

  /// With a VLM of random weights, which reads any text.
  private func play(_ name: String, _ python: PythonInterpreter, horizon: Int) throws {
    let environment = try SimulatorEnvironment(.init(.init(name), python: python, processes: 1))
    var random = SeededRandom(seed: 0)
    let policy = try VLA(
      backbone: VLMRegistry.shared.makeVLM("llava", folder: nil, using: &random),
      space: environment.space, statistics: .init(boundsOf: environment.space), head: .l1,
      usesProprioception: false, using: &random)
    let session = PlaySession(try PlayRoom([("random", policy)], in: environment))
    var state = try session(.settings(PlaySettings()))
    let tasks = state.layout.names
    #expect(tasks.count == 2 && state.outcome == "running" && state.horizon == horizon)
    let large = state.dimensions.map { ($0.low + 3 * $0.high) / 4 }
    let pictures = try (0..<6).map { _ in try session(.drive(large)).picture }
    #expect(Set(pictures).count > 1)
    state = try session(.rewind(3))
    #expect(state.step == 3 && state.picture == pictures[2])
    #expect(try (3..<6).map { _ in try session(.drive(large)).picture } == Array(pictures[3...]))
    #expect(try session(.step).step == 7)
    state = try session(.begin(tasks[1], 3))
    #expect(state.tasks.count == 2 && state.instruction == state.tasks[1])
    #expect(try session(.tell(state.tasks[0])).isJudged == false)
    #expect(try session(.step).step == 1)
  }
}
