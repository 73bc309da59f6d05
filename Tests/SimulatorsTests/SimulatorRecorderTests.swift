import Foundation
import NanoVLA
import Simulators
import TestSupport
import Testing

@WaitingThread @Suite(.enabled(if: BridgeScript.canRun, "there is no python3"), .serialized)
struct SimulatorRecorderTests {
  private func recorder(
    _ name: String = "toy:red,blue", noise: Float = 0.5, script: URL? = nil
  ) throws -> SimulatorRecorder {
    try SimulatorRecorder(
      SimulatorEnvironment(.init(.init(name), imageSize: 16, processes: 2), script: script),
      noise: noise)
  }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rec-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test func positionsAreThoseOfEachImage() throws {
    for episode in try recorder(noise: 0)(seeds: [0, 1, 2]) {
      #expect(episode.positions.count == episode.frames.count)
      #expect(zip(episode.positions, episode.state).allSatisfy { Array($0.prefix(2)) == $1 })
      // Without noise each action leads to the next state.
      for (now, next) in zip(episode.state.indices, episode.state.dropFirst()) {
        let reached = zip(episode.state[now], episode.actions[now]).map(+)
        #expect(zip(reached, next).allSatisfy { abs($0 - $1) < 1e-6 })
      }
    }
  }

  @Test func noiseIsExecutedInEverySecondLayoutAndNeverStored() throws {
    let clean = try recorder(noise: 0)(seeds: [0, 2])
    let noisy = try recorder(noise: 0.5)(seeds: [0, 2])
    #expect(noisy[0] == clean[0])
    #expect(noisy[1].state != clean[1].state)
    #expect(noisy[1].actions[0] == clean[1].actions[0])
    for (action, (state, position)) in zip(
      noisy[1].actions, zip(noisy[1].state, noisy[1].positions))
    {
      let expert = (0..<2).map { min(max(position[2 + $0] - state[$0], -0.1), 0.1) }
      #expect(zip(action, expert).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }

  @Test func aRecordingGoesOnWhereItStopped() throws {
    try withFolder { whole in
      try recorder().write(8, to: whole)
      let expected = try RobotDataset(contentsOf: whole)
      #expect(expected.name == "toy")
      #expect(expected.episodes.map(\.seed) == [0, 2, 4, 6, 1, 3, 5, 7])
      try withFolder { folder in
        let facts = try recorder().environment.facts
        do {  // the writer lets go of the folder at the end
          let writer = try RobotDatasetWriter(
            to: folder, .init(name: "toy", space: facts.space, stateNames: facts.stateNames))
          for episode in try recorder()(seeds: [0, 2, 4]) { try writer.append(episode) }
        }
        try recorder().write(8, to: folder)
        #expect(try RobotDataset(contentsOf: folder) == expected)
      }
    }
  }

  @Test func aFailedEpisodeIsReplacedByTheNextLayout() throws {
    let script = try BridgeScript(
      """
      def reset(self, seed, was=B["Toy"].reset):
          was(self, seed); self.lazy = seed == 1
      def expert(self, was=B["Toy"].expert): return [0, 0] if self.lazy else was(self)
      Toy.reset, Toy.expert = reset, expert
      """)
    try withFolder { folder in
      try recorder("toy:red", noise: 0, script: script.file).write(3, to: folder)
      #expect(try RobotDataset(contentsOf: folder).episodes.map(\.seed) == [0, 2, 3])
    }
  }

  @Test func anExpertThatNeverSucceedsEndsTheRecording() throws {
    let script = try BridgeScript(
      """
      Toy.expert = lambda self: [0, 0]
      Toy.horizon = 2
      """)
    try withFolder { folder in
      #expect(throws: BridgeError.self) {
        try recorder("toy:red", script: script.file).write(2, to: folder)
      }
    }
  }

  @Test func withoutAnExpertThereIsNothingToRecord() throws {
    let script = try BridgeScript("Toy.has_expert = False")
    #expect(throws: BridgeError.self) { try recorder("toy:red", script: script.file) }
  }
}
