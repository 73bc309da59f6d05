import Files
import Foundation

/// Folders of which the files that are read are not the whole model, or not the folder's own.
extension CheckpointParts {
  /// Refuses adapters, the heads of an OpenVLA-OFT, and links that lead out of `folder`.
  static func refuseForeignFiles(in folder: URL) throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let boundary = FolderBoundary(folder)
    for name in names.sorted() {
      let file = folder.appending(path: name)
      if name == "adapter_config.json" || name.hasPrefix("adapter_model.") {
        throw VLMError.adapter(file.path)
      }
      if isActionPart(name) { throw VLMError.actionPart(file.path) }
      let isFolder = subfolders.contains(name)
      if isRead(name) || isFolder { try boundary.check(file) }
      guard isFolder else { continue }
      let inner = (try? FileManager.default.contentsOfDirectory(atPath: file.path)) ?? []
      for name in inner.sorted() where isRead(name) {
        try boundary.check(file.appending(path: name))
      }
    }
  }

  /// Whether a file of this name may be one that is read.
  private static func isRead(_ name: String) -> Bool {
    [".json", ".jinja", ".safetensors"].contains(where: name.hasSuffix)
  }

  private static let subfolders = [
    "qformer_tokenizer", CLIPGPT2.visionFolder, CLIPGPT2.languageFolder,
  ]

  /// OpenVLA-OFT keeps what makes its actions in files of PyTorch beside the language model:
  /// `action_head--150000_checkpoint.pt`.
  private static func isActionPart(_ name: String) -> Bool {
    let parts = [
      "action_head", "proprio_projector", "noisy_action_projector", "vision_backbone--",
      "action_queries",
    ]
    let ends = [".pt", ".pth", ".bin", ".ckpt", ".safetensors"]
    return parts.contains(where: name.hasPrefix) && ends.contains(where: name.hasSuffix)
  }

  /// Refuses a config.json that says in any of its sections that the weights are quantized.
  static func refuseQuantization(_ section: JSONValue) throws {
    guard section.isObject else { return }
    for key in ["quantization_config", "compression_config", "quantization"]
    where !section[key].isOff {
      throw VLMError.quantized(section.file, key: section[key].path)
    }
    for (key, part) in try section.object() where key.hasSuffix("_config") {
      try refuseQuantization(part)
    }
  }
}
