import Files
import Tensors

/// A checkpoint that does not fit a model.
public enum WeightError: Error, Equatable, CustomStringConvertible {
  /// A tensor that is missing, and the one with the most similar name.
  case missing(String, nearest: String?)
  /// A tensor of another shape than config.json implies.
  case wrongShape(String, needed: [Int], found: [Int])
  /// Weights of parts of the network that has no place for them.
  case skipped([String])
  /// A tensor that only quantized checkpoints have.
  case quantized(String)
  /// A tensor of an adapter that has not been merged.
  case adapter(String)

  public var description: String {
    switch self {
    case .missing(let key, let nearest):
      let instead = nearest.map { "the nearest is \"\(brief($0))\"" } ?? "it has no tensors"
      return "the checkpoint has no tensor \"\(brief(key))\"; \(instead)"
    case .wrongShape(let key, let needed, let found):
      return "tensor \"\(brief(key))\" has shape \(found.prefix(8)), config.json requires \(needed)"
    case .skipped(let names):
      let shown = names.prefix(3).map { "\"\(brief($0))\"" }.joined(separator: ", ")
      let more = names.count > 3 ? " and \(names.count - 3) more" : ""
      return "the checkpoint has weights that this network would leave out: \(shown)\(more); "
        + "config.json describes another model, use the files of one model"
    case .quantized(let name):
      return "tensor \"\(brief(name))\" belongs to a quantized checkpoint, which is not read; "
        + "\(Self.unquantized)"
    case .adapter(let name):
      return "tensor \"\(brief(name))\" belongs to an adapter (LoRA); \(Self.merged)"
    }
  }

  static let unquantized = "use the model's F32, F16 or BF16 weights"
  static let merged =
    "merge it into its base model (PEFT's merge_and_unload, then save_pretrained) and use that folder"
}

extension Module {
  /// Refuses tensors that say by their names that the weights beside them are not the whole story.
  static func refuseFormats(of names: [String]) throws(WeightError) {
    for name in names {
      let parts = name.split(separator: ".")
      if parts.contains(where: { adapterParts.contains(String($0)) }) { throw .adapter(name) }
      if parts.dropFirst().contains(where: { quantizedParts.contains(String($0)) }) {
        throw .quantized(name)
      }
    }
  }

  /// PEFT's names: of LoRA, DoRA and layers that were trained beside them.
  private static var adapterParts: Set<String> {
    [
      "lora_A", "lora_B", "lora_embedding_A", "lora_embedding_B", "lora_magnitude_vector",
      "base_layer", "modules_to_save", "lora_down", "lora_up",
    ]
  }

  /// The scales and codes of bitsandbytes, GPTQ, AWQ, FP8 and compressed-tensors.
  private static var quantizedParts: Set<String> {
    [
      "absmax", "quant_map", "nested_absmax", "nested_quant_map", "quant_state", "SCB",
      "weight_format", "weight_scale", "weight_scale_inv", "weight_scale_2", "weight_zero_point",
      "weight_packed", "weight_shape", "weight_g_idx", "input_scale", "input_zero_point",
      "output_scale", "qweight", "qzeros", "scales", "g_idx", "k_scale", "v_scale",
    ]
  }
}
