import Files
import Foundation

/// The parts of a checkpoint: usually one folder with a config.json. A model that combines published
/// ones has one folder for each, and files with the weights between them.
struct CheckpointParts {
  /// The folders with a config.json, and its content.
  private(set) var folders: [URL] = []
  private(set) var configurations: [JSONValue] = []
  private var prefixes: [String] = []  // of the tensor names of each folder
  private var files: [(prefix: String, url: URL)] = []  // weights beside the folders

  /// The parts of the checkpoint in `url`, and the family that reads it.
  static func find(in url: URL) throws -> (CheckpointParts, VLMFamily) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw VLMError.notAFolder(url.path) }
    try refuseForeignFiles(in: url)
    let exists = { (name: String) in
      FileManager.default.fileExists(atPath: url.appending(path: name).path)
    }
    var parts = CheckpointParts()
    if exists("config.json") {
      try parts.add(url, prefix: "")
      return (parts, try .reading(parts.configurations[0]))
    }
    guard let family = VLMFamily.all.first(where: { $0.parts.contains(where: exists) }) else {
      throw VLMError.noConfiguration(url.path, families: VLMFamily.all.map(\.name))
    }
    for part in family.parts {
      let file = url.appending(path: part)
      if part.hasSuffix(".safetensors") {
        parts.files.append((part + ": ", file))
      } else {
        try parts.add(file, prefix: part + ": ")
      }
    }
    return (parts, family)
  }

  private mutating func add(_ folder: URL, prefix: String) throws {
    if folder != folders.first { try Self.refuseForeignFiles(in: folder) }
    let configuration = try JSONFile.read(folder.appending(path: "config.json"))
    try Self.refuseQuantization(configuration)
    configurations.append(configuration.recorded())
    folders.append(folder)
    prefixes.append(prefix)
  }

  /// All tensors of all parts, from the headers.
  func tensors() throws -> [TensorFacts] {
    var tensors: [TensorFacts] = []
    for (folder, prefix) in zip(folders, prefixes) {
      let weights = try SafetensorsFolder(url: folder)
      for name in weights.names {
        tensors.append(
          TensorFacts(
            name: prefix + name, dataType: try weights.dataType(of: name),
            shape: try weights.shape(of: name)))
      }
    }
    for (prefix, url) in files {
      let file = try SafetensorsFile(url: url)
      for name in file.names {
        tensors.append(
          TensorFacts(
            name: prefix + name, dataType: try file.dataType(of: name),
            shape: try file.shape(of: name)))
      }
    }
    return tensors
  }

  /// The first file called `name` in any of the folders.
  func first(_ name: String) -> URL? {
    folders.map { $0.appending(path: name) }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }
}

/// A tensor as its file's header describes it.
struct TensorFacts {
  let name: String
  let dataType: SafetensorsDataType
  let shape: [Int]

  // The file has been checked to hold these values, so neither product overflows.
  var values: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }
  var bytes: Int { dataType.bytes(for: shape) ?? 0 }
}
