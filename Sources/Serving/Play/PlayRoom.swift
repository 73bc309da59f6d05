import Foundation
import NanoVLA
import Simulators
import Tabletop
import Tensors

/// The policies that pages may choose among, the ones cloned from driven episodes too.
public final class PlayRoom: @unchecked Sendable {
  // The inference queue runs one request at a time, so that nothing here is used by two at once.
  private var policies: [(name: String, policy: VLA)]

  /// The episodes that were kept, and the folder of the dataset that they become, if any.
  private(set) var demonstrations: [Demonstration] = []
  private let recordings: URL?
  /// Where they act; on the tabletop if nil.
  private let environment: SimulatorEnvironment?

  /// - Parameters:
  ///   - policies: at least one, by name; the first acts until a page chooses another.
  ///   - recordings: a folder for the demonstrations that are kept; those that it holds stay.
  ///   - environment: a simulator in which they act, in place of the tabletop.
  /// - Throws: `DatasetError` if that folder holds a damaged dataset; ``ActionError`` or ``PolicyError`` for
  ///   a policy of another robot, or of other images.
  public init(
    _ policies: [(name: String, policy: VLA)], recordings: URL? = nil,
    in environment: SimulatorEnvironment? = nil
  ) throws {
    guard !policies.isEmpty else { fatalError("PlayRoom: no policy") }
    (self.policies, self.recordings) = (policies, recordings)
    self.environment = environment
    for (_, policy) in policies {
      if let environment {
        try environment.check(policy)
      } else {
        try ActionSpace.tabletop.check(matches: policy.space)
      }
    }
    if let recordings {
      let file = recordings.appending(path: DemonstrationDataset.fileName)
      guard FileManager.default.fileExists(atPath: file.path) else { return }
      demonstrations = try DemonstrationDataset(contentsOf: recordings).demonstrations
    }
  }

  /// The world of a new page.
  func world(for policy: VLA) -> any PlayWorld {
    environment.map { PlaySimulator($0, for: policy) }
      ?? PlayTabletop(.object, seed: Suite.firstHeldOutSeed)
  }

  /// Keeps an episode, and writes all that were kept.
  /// - Throws: the error of a file that cannot be written.
  func keep(_ demonstration: Demonstration) throws {
    demonstrations.append(demonstration)
    if let recordings { try DemonstrationDataset(demonstrations).write(to: recordings) }
  }

  var names: [String] { policies.map(\.name) }
  var first: (name: String, policy: VLA) { policies[0] }
  subscript(name: String) -> VLA? { policies.last { $0.name == name }?.policy }

  /// A new policy, cloned from the demonstrations that were kept onto the bundled VLM, in seconds.
  /// - Throws: ``RequestProblem`` if there are none.
  func clone() throws -> (name: String, policy: VLA) {
    guard !demonstrations.isEmpty else {
      throw RequestProblem("no episode is kept yet: drive one with the arrow keys, then keep it")
    }
    var random = SeededRandom(seed: 0)
    let policy = try VLA(backbone: ToyVLM.bundled(), statistics: .bundled(), using: &random)
    let training = BehaviorCloning(
      policy, on: try CloningExamples(demonstrations, for: policy), steps: 400)
    for _ in 0..<400 { training.step() }
    let count = demonstrations.count
    let name = "yours, of \(count) episode\(count == 1 ? "" : "s")"
    policies.removeAll { $0.name == name }
    policies.append((name, policy))
    return (name, policy)
  }

  /// A policy on the bundled VLM, cloned from the bundled demonstrations: some seconds.
  /// - Parameter progress: called after each of the steps with the share that is done.
  public static func cloned(
    _ head: ActionHeadKind, steps: Int = 1500, progress: (Double) -> Void = { _ in }
  ) throws -> VLA {
    var random = SeededRandom(seed: 0)
    let policy = try VLA(
      backbone: ToyVLM.bundled(), statistics: .bundled(), head: head, using: &random)
    let demonstrations = try DemonstrationDataset.bundled().demonstrations
    let training = BehaviorCloning(
      policy, on: try CloningExamples(demonstrations, for: policy), steps: steps)
    for step in 1...steps {
      training.step()
      progress(Double(step) / Double(steps))
    }
    return policy
  }
}
