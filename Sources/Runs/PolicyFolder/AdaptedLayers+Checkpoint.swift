import Files
import Foundation
import NanoVLA
import Tensors

/// The adaptations in a policy's folder, and the α of each LoRA.
///
/// The tensors are named after their layer. Names and shapes define which layers are adapted, by
/// what, and with which rank or width:
///
///     backbone.….query.adaptation.loraA          [r, I]   LoRA, with loraB [O, r]
///     backbone.….contract.adaptation.down.weight [M, O]   a bottleneck adapter, with down.bias, up.…
///
/// Only LoRA's α has no shape; config.json contains it. A merged LoRA is not written, since the
/// weights of its layer include it.
///
/// - Reference: Hugging Face PEFT, adapter_config.json (`alpha_pattern`: layers with another α).
struct LoRAConfiguration: Codable, Equatable {
  var alpha: Float
  /// The layers with another α, by name; nil if there are none.
  var alphaPattern: [String: Float]?

  /// nil if no layer has an unmerged LoRA.
  init?(of module: any Module) {
    let adapted = module.linearLayers.compactMap { name, layer in
      (layer.adaptation as? LoRA).flatMap { $0.isMerged ? nil : (name, $0.alpha) }
    }
    guard let first = adapted.first else { return nil }
    alpha = first.1
    let others = adapted.filter { $0.1 != first.1 }
    alphaPattern = others.isEmpty ? nil : Dictionary(others) { $1 }
  }

  var validationError: String? {
    let all = [alpha] + (alphaPattern ?? [:]).values
    return all.allSatisfy(\.isFinite) ? nil : "lora.alpha is not finite"
  }
}

extension Module {
  /// The parameters that a checkpoint of this module holds: all but those of merged LoRA.
  ///
  /// - Throws: ``CheckpointError/cannotDescribe(_:)`` if a layer has another kind of adaptation.
  func lastingParameters() throws(CheckpointError) -> [(name: String, parameter: Tensor)] {
    var merged: [String] = []
    for (name, layer) in linearLayers {
      switch layer.adaptation {
      case nil, is BottleneckAdapter: break
      case let lora as LoRA: if lora.isMerged { merged.append(name + ".adaptation.") }
      case let other?:
        throw .cannotDescribe(
          "\(name) has a \(type(of: other)); only LoRA and bottleneck adapters can be saved")
      }
    }
    return namedParameters.filter { name, _ in !merged.contains { name.hasPrefix($0) } }
  }

  /// Adapts the layers that are adapted in `file`, without loading the values.
  /// - Throws: ``CheckpointError`` or `SafetensorsError`; some layers may be adapted by then.
  func attachAdaptations(in file: SafetensorsFile, _ lora: LoRAConfiguration?) throws {
    func refuse(_ reason: String) -> CheckpointError { .badConfiguration(file.url.path, reason) }
    let layers = Dictionary(linearLayers.map { ($0.name, $0.layer) }) { first, _ in first }
    var (unused, random) = (Set((lora?.alphaPattern ?? [:]).keys), SeededRandom(seed: 0))
    for (name, parts) in file.adaptations {
      guard let layer = layers[name] else {
        throw refuse("\(brief(name)) is not a linear layer of this policy")
      }
      let (outputs, inputs) = (layer.weight.dim(0), layer.weight.dim(1))
      switch parts {
      case ["loraA", "loraB"]:
        guard let alpha = lora?.alphaPattern?[name] ?? lora?.alpha else {
          throw refuse("\(brief(name)) has LoRA weights, but config.json has no lora.alpha; add it")
        }
        let rank = try file.rows(of: "\(name).adaptation.loraA", width: inputs)
        layer.adaptation = uninitialized {
          LoRA(for: layer, rank: rank, alpha: alpha, using: &random)
        }
        unused.remove(name)
      case ["down.bias", "down.weight", "up.bias", "up.weight"]:
        let width = try file.rows(of: "\(name).adaptation.down.weight", width: outputs)
        layer.adaptation = uninitialized {
          BottleneckAdapter(for: layer, width: width, using: &random)
        }
      default:
        throw refuse(
          "\(brief(name)) has unknown adaptation tensors \(brief(parts.joined(separator: ", ")))")
      }
    }
    if let stray = unused.min() {
      throw refuse("config.json has an alpha for \(brief(stray)), which has no LoRA weights")
    }
  }
}

extension SafetensorsFile {
  /// The layers with adaptation tensors, each with the sorted names of these tensors.
  fileprivate var adaptations: [(layer: String, parts: [String])] {
    var parts: [String: [String]] = [:]
    for name in names {
      guard let middle = name.range(of: ".adaptation.") else { continue }
      parts[String(name[..<middle.lowerBound]), default: []].append(
        String(name[middle.upperBound...]))
    }
    return parts.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
  }

  /// n of a tensor that must be [n, `width`], n ≥ 1. The file contains that many values, so a layer
  /// of this size fits in memory.
  fileprivate func rows(of name: String, width: Int) throws -> Int {
    let shape = try shape(of: name)
    let rows = max(1, shape.first ?? 1)
    guard shape == [rows, width] else {
      throw CheckpointError.wrongShape(url.path, name, expected: [rows, width], found: shape)
    }
    return rows
  }
}
