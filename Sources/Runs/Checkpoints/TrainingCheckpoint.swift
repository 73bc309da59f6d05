// What training needs to go on as if it had never stopped: the numbers that learn, AdamW's two running
// means of each, and whatever else the run keeps, as JSON.
//
// It is ONE file, written beside the old one and renamed over it, so at every moment there is exactly
// one whole checkpoint. The numbers are a safetensors file's tensors, by the names
//
//     head.step.0.weight   firstMoment.step.0.weight   secondMoment.step.0.weight
//
// and the rest is in its metadata: "run", and how old AdamW's means are, in "optimizer".

import Files
import Foundation
import Tensors

/// A checkpoint that is about to be written.
struct TrainingCheckpoint {
  static let fileName = "checkpoint.safetensors"

  private var tensors: [(name: String, shape: [Int], values: [Float])] = []
  private var metadata: [String: String] = [:]

  mutating func add(_ module: some Module, named prefix: String) {
    tensors += module.namedParameters.map { name, parameter in
      ("\(prefix).\(name)", parameter.shape, parameter.values)
    }
  }

  mutating func add(_ values: [Float], named name: String) {
    tensors.append((name, [values.count], values))
  }

  /// The state of `optimizer`, which moves parameters of `module`.
  mutating func add(_ optimizer: AdamW, of module: some Module) throws {
    let state = optimizer.state
    for (i, name) in optimizer.names(in: module).enumerated() {
      let shape = optimizer.parameters[i].shape
      tensors += [
        ("firstMoment.\(name)", shape, state.firstMoments[i]),
        ("secondMoment.\(name)", shape, state.secondMoments[i]),
      ]
    }
    metadata["optimizer"] = try Self.text(Age(steps: state.steps, idleSteps: state.idleSteps))
  }

  /// Writes it all to `file`, wholly or not at all. The folder is made if need be.
  mutating func write(_ run: some Encodable, to file: URL) throws {
    metadata["run"] = try Self.text(run)
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

/// Reading: everything is checked before anything is changed.
extension SafetensorsFile {
  /// What the run kept beside the numbers.
  func run<Run: Decodable>(_ type: Run.Type = Run.self) throws -> Run { try note("run") }

  /// The numbers of `module`'s parameters, in their order.
  func values(of module: some Module, named prefix: String) throws -> [[Float]] {
    try module.namedParameters.map { try values(of: "\(prefix).\($0)", shape: $1.shape) }
  }

  /// Finite numbers of just this shape.
  func values(of name: String, shape: [Int]) throws -> [Float] {
    let found = try self.shape(of: name)
    guard found == shape else {
      throw CheckpointError.wrongShape(url.path, name, expected: shape, found: found)
    }
    let values = try values(of: name)
    guard values.allSatisfy(\.isFinite) else { throw CheckpointError.notFinite(url.path, name) }
    return values
  }

  /// The state that `optimizer`, which moves parameters of `module`, had.
  func state(of optimizer: AdamW, of module: some Module) throws -> AdamW.State {
    let age: Age = try note("optimizer")
    func moments(_ kind: String) throws -> [[Float]] {
      try zip(optimizer.names(in: module), optimizer.parameters).map {
        try values(of: "\(kind).\($0)", shape: $1.shape)
      }
    }
    let (first, second) = (try moments("firstMoment"), try moments("secondMoment"))
    guard age.steps >= 0, age.idleSteps.count == optimizer.parameters.count,
      age.idleSteps.allSatisfy({ 0...age.steps ~= $0 }),
      second.allSatisfy({ $0.allSatisfy { $0 >= 0 } })
    else { throw CheckpointError.badConfiguration(url.path, "AdamW cannot have such a state") }
    return .init(
      steps: age.steps, firstMoments: first, secondMoments: second, idleSteps: age.idleSteps)
  }

  private func note<Value: Decodable>(_ name: String) throws -> Value {
    guard let text = metadata[name] else {
      throw CheckpointError.badConfiguration(
        url.path, "no checkpoint of a run: \"\(name)\" is missing")
    }
    return try JSONFile.parse(Data(text.utf8), name: "\(url.path), \(name)").decoded()
  }
}

/// How old AdamW's means are.
private struct Age: Codable {
  let steps: Int
  let idleSteps: [Int]
}

extension AdamW {
  /// The name in `module` of each parameter that is moved.
  fileprivate func names(in module: some Module) -> [String] {
    let named = module.namedParameters
    return parameters.map { parameter in
      guard let match = named.first(where: { $0.parameter === parameter }) else {
        fatalError("checkpoint: AdamW moves a parameter \(parameter.shape) of another module")
      }
      return match.name
    }
  }
}
