import Files
import Foundation
import NanoVLA
import Tensors
import VLMs

/// A VLM by its name in the registry and by the folder of its published files.
///
/// A policy's folder does not hold 15 GB that are on the disk already. It says where they are, and by a
/// fingerprint which they are: a head means nothing on another VLM than its own, and two of one
/// family cannot be told apart by their shapes.
struct VLMReference: Codable, Equatable {
  var vlm: String
  /// Its folder as published; relative to the policy's own folder if it does not begin with a slash.
  /// Missing for a nano VLM, whose numbers are all in the policy's folder.
  var modelPath: String?
  /// Of the numbers there, ``VLM/fingerprint``; missing, they are not compared.
  var fingerprint: String?
  var fusion: FusionStrategy?

  init(to vlm: VLM, fusion: FusionStrategy?) throws(CheckpointError) {
    let entry = VLMRegistry.shared.all.first { $0.family?.name == vlm.family }
    guard let entry else {
      throw .cannotDescribe("no VLM of family \(brief(vlm.family)) is registered; register it")
    }
    guard vlm.isRandom || vlm.folder != nil else {
      throw .cannotDescribe("its \(entry.name) was not read from a folder; use VLM.read")
    }
    (self.vlm, modelPath, self.fusion) = (entry.name, vlm.folder?.path, fusion)
  }

  var flaw: String? {
    guard 1...80 ~= vlm.utf8.count else { return "backbone.vlm is no name" }
    guard let modelPath else { return nil }
    let isPath =
      1...4096 ~= modelPath.utf8.count && !modelPath.unicodeScalars.contains { $0.value < 32 }
    return isPath ? nil : "backbone.modelPath is no path"
  }

  /// The VLM, with the numbers of its own files.
  /// - Parameter file: the config.json that says so.
  /// - Throws: ``CheckpointError``, and whatever is wrong with the VLM's files.
  func makeVLM(_ file: URL, using random: inout SeededRandom) throws -> VLM {
    func refuse(_ key: String, _ reason: String) -> CheckpointError {
      .badConfiguration(file.path, "backbone.\(key): \(reason)")
    }
    let folder = modelPath.map {
      URL(fileURLWithPath: $0, relativeTo: file.deletingLastPathComponent()).standardizedFileURL
    }
    let remedy = "put it there, or correct modelPath"
    do {
      let made = try VLMRegistry.shared.makeVLM(vlm, folder: folder, using: &random)
      if let folder, let fingerprint, made.fingerprint != fingerprint {
        throw refuse(
          "modelPath",
          "\(folder.path) holds a \(made.family) of other weights than this policy's; \(remedy)")
      }
      return made
    } catch VLMError.notAFolder(let path) {
      throw refuse("modelPath", "\(brief(vlm)) was at \(path), which is no folder; \(remedy)")
    } catch VLMError.otherFamily(let path, let found, _) {
      throw refuse(
        "modelPath", "\(path) holds a \(found), this policy stands on a \(brief(vlm)); \(remedy)")
    } catch let error as VLMError {
      throw refuse(folder == nil ? "vlm" : "modelPath", "\(error)")
    }
  }
}

extension VLM {
  /// A number for the numbers that it has, as 16 hexadecimal digits: of each parameter its name, its
  /// shape and its first row. So 15 GB are told from others in a moment: few stay alike in training.
  var fingerprint: String {
    var hash = FNV1a()
    for (name, parameter) in network.namedParameters {
      hash.add("\(name) \(parameter.shape) ".utf8)
      hash.add((parameter.shape.count > 1 ? parameter.sliced(axis: 0, 0..<1) : parameter).values)
    }
    return hash.hexadecimal
  }
}
