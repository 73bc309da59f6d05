// Adaptations in a policy's folder. Their numbers stand under their layer's name, and their names and
// shapes tell which layers are bent, how, and how wide:
//
//     backbone.….query.adaptation.loraA         [r, I]    LoRA, with loraB [O, r]
//     backbone.….contract.adaptation.down.weight [M, O]   a bottleneck adapter, with down.bias, up.…
//
// Only LoRA's α is told by no shape; config.json has it. A merged LoRA is not written: what it says is
// in its layer's weights.
//
// Reference: Hugging Face PEFT, adapter_config.json (`alpha_pattern`: layers whose α is another).

import Files
import Foundation
import NanoVLA
import Tensors

/// The α of every LoRA in a policy.
struct LoRAConfiguration: Codable, Equatable {
  var alpha: Float
  /// Of the layers, by name, that have another; missing if none has.
  var alphaPattern: [String: Float]?

  /// nil if no layer is bent by an unmerged LoRA.
  init?(of module: any Module) {
    let bent = module.linearLayers.compactMap { name, layer in
      (layer.adaptation as? LoRA).flatMap { $0.isMerged ? nil : (name, $0.alpha) }
    }
    guard let first = bent.first else { return nil }
    alpha = first.1
    let others = bent.filter { $0.1 != first.1 }
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
  /// - Throws: ``CheckpointError/cannotDescribe(_:)`` if a layer is bent by another adaptation.
  func lastingParameters() throws(CheckpointError) -> [(name: String, parameter: Tensor)] {
    var merged: [String] = []
    for (name, layer) in linearLayers {
      switch layer.adaptation {
      case nil, is BottleneckAdapter: break
      case let lora as LoRA: if lora.isMerged { merged.append(name + ".adaptation.") }
      case let other?:
        throw .cannotDescribe("\(name) is bent by a \(type(of: other)), not by LoRA or an adapter")
      }
    }
    return namedParameters.filter { name, _ in !merged.contains { name.hasPrefix($0) } }
  }

  /// Bends the layers that are bent in `file`; the numbers are yet to be loaded.
  /// - Throws: ``CheckpointError`` or `SafetensorsError`. Some layers may be bent then.
  func attachAdaptations(in file: SafetensorsFile, _ lora: LoRAConfiguration?) throws {
    func refuse(_ reason: String) -> CheckpointError { .badConfiguration(file.url.path, reason) }
    let layers = Dictionary(linearLayers.map { ($0.name, $0.layer) }) { first, _ in first }
    var (unused, random) = (Set((lora?.alphaPattern ?? [:]).keys), SeededRandom(seed: 0))
    for (name, parts) in file.adaptations {
      guard let layer = layers[name] else { throw refuse("\(brief(name)) is no linear layer here") }
      let (outputs, inputs) = (layer.weight.dim(0), layer.weight.dim(1))
      switch parts {
      case ["loraA", "loraB"]:
        guard let alpha = lora?.alphaPattern?[name] ?? lora?.alpha else {
          throw refuse("\(brief(name)) is bent by LoRA; config.json must tell its lora.alpha")
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
        throw refuse("\(brief(name)) is bent by \(brief(parts.joined(separator: ", ")))")
      }
    }
    if let stray = unused.min() {
      throw refuse("config.json tells the alpha of \(brief(stray)), which no LoRA bends")
    }
  }
}

extension SafetensorsFile {
  /// The layers of which it holds adaptations, each with the names of these ones' parts, sorted.
  fileprivate var adaptations: [(layer: String, parts: [String])] {
    var parts: [String: [String]] = [:]
    for name in names {
      guard let middle = name.range(of: ".adaptation.") else { continue }
      parts[String(name[..<middle.lowerBound]), default: []].append(
        String(name[middle.upperBound...]))
    }
    return parts.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
  }

  /// n of a tensor that must be [n, `width`], n ≥ 1. That many numbers are in the file, so a layer of
  /// that size cannot fill the memory.
  fileprivate func rows(of name: String, width: Int) throws -> Int {
    let shape = try shape(of: name)
    let rows = max(1, shape.first ?? 1)
    guard shape == [rows, width] else {
      throw CheckpointError.wrongShape(url.path, name, expected: [rows, width], found: shape)
    }
    return rows
  }
}
