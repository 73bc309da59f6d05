// A run that can be killed at any moment and resumed as if nothing had happened, bit for bit.
//
// What the next iteration depends on is all kept: the head, the head at the start (for the distance
// from it), AdamW's two running means and its count, where the random stream stands, and the metrics,
// whose number is the iteration. The backbone is frozen: the policy's own folder has it.
//
// It is ONE file, written beside the old one and renamed over it, so at every moment there is exactly
// one whole checkpoint. The numbers are a safetensors file's tensors, the rest is in its metadata.

import Foundation
import Tensors

extension GRPOTrainer {
  public static let checkpointFile = "checkpoint.safetensors"

  /// Writes the state of the run to `file`, wholly or not at all.
  public func writeCheckpoint(to file: URL) throws {
    let state = optimizer.state
    var tensors: [(name: String, shape: [Int], values: [Float])] = []
    for (i, (name, parameter)) in head.namedParameters.enumerated() {
      tensors += [
        ("head." + name, parameter.shape, parameter.values),
        ("start." + name, parameter.shape, start.parameters[i].values),
        ("firstMoment." + name, parameter.shape, state.firstMoments[i]),
        ("secondMoment." + name, parameter.shape, state.secondMoments[i]),
      ]
    }
    let run = Run(
      configuration: configuration, steps: state.steps, random: random.state, metrics: metrics)
    let text = String(decoding: try JSONEncoder().encode(run), as: UTF8.self)
    try Safetensors.write(tensors, metadata: ["run": text], to: file)
  }

  /// Goes on from the run that `file` holds. Nothing changes if it cannot be read.
  /// - Throws: `SafetensorsError`, ``CheckpointError`` or ``JSONFileError``.
  public func restore(from file: URL) throws {
    let contents = try SafetensorsFile(url: file)
    let run = try Run(in: contents)
    guard run.configuration == configuration else {
      throw CheckpointError.badConfiguration(file.path, "it holds a run with other settings")
    }
    func read(_ kind: String) throws -> [[Float]] {
      try head.namedParameters.map { name, parameter in
        let name = "\(kind).\(name)"
        guard try contents.shape(of: name) == parameter.shape else {
          throw CheckpointError.wrongShape(
            file.path, name, expected: parameter.shape, found: try contents.shape(of: name))
        }
        let values = try contents.values(of: name)
        guard values.allSatisfy(\.isFinite) else {
          throw CheckpointError.notFinite(file.path, name)
        }
        return values
      }
    }
    let (now, first) = (try read("head"), try read("start"))
    let moments = (try read("firstMoment"), try read("secondMoment"))
    for (parameter, values) in zip(head.parameters, now) { parameter.values = values }
    for (parameter, values) in zip(start.parameters, first) { parameter.values = values }
    optimizer.state = .init(
      steps: run.steps, firstMoments: moments.0, secondMoments: moments.1)
    random = SeededRandom(seed: run.random)
    metrics = run.metrics
  }

  /// The settings of the run that `file` holds.
  public static func configuration(in file: URL) throws -> RLConfiguration {
    try Run(in: SafetensorsFile(url: file)).configuration
  }
}

/// What a checkpoint holds beside the numbers.
private struct Run: Codable {
  let configuration: RLConfiguration
  /// Of AdamW.
  let steps: Int
  /// Where the random stream stands.
  let random: UInt64
  let metrics: [RLMetrics]

  init(configuration: RLConfiguration, steps: Int, random: UInt64, metrics: [RLMetrics]) {
    (self.configuration, self.steps) = (configuration, steps)
    (self.random, self.metrics) = (random, metrics)
  }

  init(in file: SafetensorsFile) throws {
    let path = file.url.path
    guard let text = file.metadata["run"] else {
      throw CheckpointError.badConfiguration(path, "no checkpoint of a run: \"run\" is missing")
    }
    _ = try JSONFile.parse(Data(text.utf8), name: path)  // bounds what the decoder will see
    do { self = try JSONDecoder().decode(Run.self, from: Data(text.utf8)) } catch {
      throw CheckpointError.badConfiguration(path, oneLine(error))
    }
    try configuration.check()
    guard steps >= 0, metrics.count <= configuration.totalEpochs,
      metrics.enumerated().allSatisfy({ $1.isIteration($0 + 1) })
    else { throw CheckpointError.badConfiguration(path, "its iterations do not count up from 1") }
  }
}
