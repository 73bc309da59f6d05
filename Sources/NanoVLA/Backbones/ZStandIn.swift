import Foundation
import Tensors
struct VLMRegistry {
  static let shared = VLMRegistry()
  func makeVLM(_ name: String, folder: URL?, using random: inout SeededRandom) throws -> VLM {
    let family = VLMFamily.all.first { $0.name == name }!
    return try folder.map { try family.load($0, JSONFile.read($0.appending(path: "config.json"))) }
      ?? family.nano(&random)
  }
}
