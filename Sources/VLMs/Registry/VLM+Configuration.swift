import Files
import Foundation
import NanoVLA
import Tensors

/// A VLM by its name in the registry and by the folder of its published files.
///
/// A policy's folder does not copy 15 GB of weights. It stores their folder and a fingerprint: a head
/// works only on the VLM that it was trained on, and two VLMs of one family have the same shapes.
extension VLM {
  /// The name of this kind of backbone in a policy folder.
  public static let kind = "vlm"

  /// What rebuilds a VLM.
  public struct Configuration: Codable, Equatable, Sendable {
    /// A name in ``VLMRegistry``.
    public var vlm: String
    /// Its published folder, absolute or relative to the policy's folder; nil for a nano VLM, whose
    /// weights are in the policy's folder.
    public var modelPath: String?
    /// A hash of the weights there; nil to skip the comparison.
    public var fingerprint: String?
    /// The normalization of the robot's state, if the network acts itself and needs one.
    public var stateScaling: StateScaling?

    fileprivate var validationError: PartError? {
      guard 1...80 ~= vlm.utf8.count else { return PartError("vlm", "not a name of 1 to 80 bytes") }
      guard let modelPath else { return nil }
      let isPath =
        1...4096 ~= modelPath.utf8.count && !modelPath.unicodeScalars.contains { $0.value < 32 }
      return isPath ? nil : PartError("modelPath", "not a path of 1 to 4,096 bytes")
    }
  }

  /// What rebuilds this VLM.
  public var configuration: Configuration {
    let entry = VLMRegistry.shared.all.first { $0.family?.name == family }
    return Configuration(
      vlm: entry?.name ?? family, modelPath: folder?.path, fingerprint: publishedFingerprint,
      stateScaling: stateScaling)
  }

  /// Reads or builds the VLM of a configuration.
  /// - Throws: `PartError` with the key that is wrong, or the error of a file in the folder.
  public static func make(
    _ configuration: Configuration, relativeTo base: URL?, using random: inout SeededRandom
  ) throws -> VLM {
    if let error = configuration.validationError { throw error }
    let (name, remedy) = (configuration.vlm, "put it there, or correct modelPath")
    let folder = configuration.modelPath.map {
      URL(fileURLWithPath: $0, relativeTo: base).standardizedFileURL
    }
    do {
      let made = try VLMRegistry.shared.makeVLM(name, folder: folder, using: &random)
      if let wanted = configuration.fingerprint, let folder, made.publishedFingerprint != wanted {
        throw PartError(
          "modelPath",
          "\(folder.path) holds a \(made.family) of other weights than this policy's; \(remedy)")
      }
      if let scaling = configuration.stateScaling { try made.restore(scaling) }
      return made
    } catch VLMError.notAFolder(let path) {
      throw PartError("modelPath", "\(brief(name)) was at \(path), which is no folder; \(remedy)")
    } catch VLMError.wrongFamily(let path, let found, _) {
      throw PartError(
        "modelPath", "\(path) holds a \(found), this policy stands on a \(brief(name)); \(remedy)")
    } catch let error as VLMError {
      throw PartError(folder == nil ? "vlm" : "modelPath", "\(error)")
    }
  }

  /// A hash of each parameter's name, shape and first row: it distinguishes 15 GB of weights in a moment,
  /// since training changes nearly every row.
  var fingerprint: String {
    var hash = FNV1a()
    for (name, parameter) in network.namedParameters {
      hash.add("\(name) \(parameter.shape) ".utf8)
      hash.add((parameter.shape.count > 1 ? parameter.sliced(axis: 0, 0..<1) : parameter).values)
    }
    return hash.hexadecimal
  }

  /// Adds the heads of this module to ``ActionHeadKind/known``, once.
  package static let registersHeads: Void = {
    ActionHeadKind.known.register("residual", .residual)
    ActionHeadKind.known.register("autoregressive", .autoregressive)
    ActionHeadKind.known.register("actionExpert", .actionExpert)
    ActionHeadKind.known.register("fast", .fast)
  }()
}
