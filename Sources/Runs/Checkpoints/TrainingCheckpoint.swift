import Files
import Foundation
import Tensors

/// The checkpoint of a training run: parameters, the optimizer's state, and the run's own notes.
///
/// It is one safetensors file, written next to the old one and renamed over it, so that a complete
/// checkpoint exists at every moment. The tensors are named
///
///     head.step.0.weight   firstMoment.step.0.weight   secondMoment.step.0.weight
///
/// and the metadata holds JSON: the run's notes in "run", AdamW's step counts in "optimizer"; and
/// in "kernel", "threads" and "ranks" the processor's kernel and the numbers of threads and of
/// processes (if more than one), since others compute other numbers.
package struct TrainingCheckpoint {
  package static let fileName = "checkpoint.safetensors"

  private var tensors: [(name: String, shape: [Int], values: [Float])] = []
  private var metadata: [String: String] = [:]

  package init() {}

  package mutating func add(_ module: some Module, named prefix: String) {
    tensors += module.namedParameters.map { name, parameter in
      ("\(prefix).\(name)", parameter.shape, parameter.values)
    }
  }

  package mutating func add(_ values: [Float], named name: String) {
    tensors.append((name, [values.count], values))
  }

  /// Adds the state of `optimizer`, which trains parameters of `module`.
  package mutating func add(_ optimizer: AdamW, of module: some Module) throws {
    let state = optimizer.state
    for (i, name) in optimizer.names(in: module).enumerated() {
      let shape = optimizer.parameters[i].shape
      tensors += [
        ("firstMoment.\(name)", shape, state.firstMoments[i]),
        ("secondMoment.\(name)", shape, state.secondMoments[i]),
      ]
    }
    metadata["optimizer"] = try Self.text(
      StepCounts(steps: state.steps, idleSteps: state.idleSteps))
  }

  /// Writes the checkpoint to `file`, completely or not at all; creates the folder if necessary.
  package mutating func write(
    _ run: some Encodable, to file: URL, ranks: Int = 1
  ) throws {
    metadata["run"] = try Self.text(run)
    metadata["kernel"] = Processor.kernel
    metadata["threads"] = "\(Threads.count)"
    if ranks > 1 { metadata["ranks"] = "\(ranks)" }
    let folder = file.deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch { throw CheckpointError.cannotWrite(folder.path) }
    try Safetensors.write(tensors, metadata: metadata, to: file)
  }

  private static func text(_ value: some Encodable) throws -> String {
    try JSONWriter.text(value, spaced: false)
  }
}

/// Reading a training checkpoint. Everything is checked before anything changes.
extension SafetensorsFile {
  /// The notes of the run.
  package func run<Run: Decodable>(_ type: Run.Type = Run.self) throws -> Run { try note("run") }

  /// The values of the parameters of `module`, in order.
  package func values(of module: some Module, named prefix: String) throws -> [[Float]] {
    try module.namedParameters.map { try values(of: "\(prefix).\($0)", shape: $1.shape) }
  }

  /// The values of a tensor, checked to be finite and of `shape`.
  package func values(of name: String, shape: [Int]) throws -> [Float] {
    let found = try self.shape(of: name)
    guard found == shape else {
      throw CheckpointError.wrongShape(url.path, name, expected: shape, found: found)
    }
    let values = try values(of: name)
    guard values.allSatisfy(\.isFinite) else { throw CheckpointError.notFinite(url.path, name) }
    return values
  }

  /// The state of `optimizer`, which trains parameters of `module`.
  package func state(of optimizer: AdamW, of module: some Module) throws -> AdamW.State {
    let counts: StepCounts = try note("optimizer")
    func moments(_ kind: String) throws -> [[Float]] {
      try zip(optimizer.names(in: module), optimizer.parameters).map {
        try values(of: "\(kind).\($0)", shape: $1.shape)
      }
    }
    let (first, second) = (try moments("firstMoment"), try moments("secondMoment"))
    guard counts.steps >= 0, counts.idleSteps.count == optimizer.parameters.count,
      counts.idleSteps.allSatisfy({ 0...counts.steps ~= $0 }),
      second.allSatisfy({ $0.allSatisfy { $0 >= 0 } })
    else {
      throw CheckpointError.badConfiguration(
        url.path, "this is not a possible state of AdamW; the file is damaged")
    }
    return .init(
      steps: counts.steps, firstMoments: first, secondMoments: second, idleSteps: counts.idleSteps)
  }

  private func note<Value: Decodable>(_ name: String) throws -> Value {
    guard let text = metadata[name] else {
      throw CheckpointError.badConfiguration(
        url.path, "not a checkpoint of a run: \"\(name)\" is missing")
    }
    return try JSONFile.parse(Data(text.utf8), name: "\(url.path), \(name)").decoded()
  }
}

/// The steps that AdamW has taken, in total and without a gradient for each parameter.
private struct StepCounts: Codable {
  let steps: Int
  let idleSteps: [Int]
}

extension AdamW {
  /// The name in `module` of each parameter that the optimizer trains.
  fileprivate func names(in module: some Module) -> [String] {
    let named = module.namedParameters
    return parameters.map { parameter in
      guard let match = named.first(where: { $0.parameter === parameter }) else {
        fatalError("checkpoint: AdamW trains a parameter \(parameter.shape) of another module")
      }
      return match.name
    }
  }
}
