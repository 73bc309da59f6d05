import Foundation
import Runs
import Tabletop

/// The recipe that the options of `nanovla train` describe.
extension TrainCommand {
  /// The best known recipe for the dataset.
  func freshRecipe() throws -> CloningRecipe {
    let recorded = try data.map { try DemonstrationDataset(contentsOf: URL(filePath: $0)) }
    let suite = try dataset.map { try Suite(dataset: $0) } ?? recorded?.demonstrations[0].suite
    return CloningRecipe(
      for: suite ?? .object,
      demonstrations: demonstrations ?? recorded?.demonstrations.count ?? 100)
  }

  /// `recipe`, overridden by the options.
  func changed(_ recipe: CloningRecipe) throws -> CloningRecipe {
    var changed = recipe
    func set<Value>(_ path: WritableKeyPath<CloningRecipe, Value>, _ value: Value?) {
      if let value { changed[keyPath: path] = value }
    }
    set(\.suite, try dataset.map { try Suite(dataset: $0) })
    set(\.demonstrationCount, demonstrations)
    // Absolute paths: a run may be resumed from another working directory.
    set(\.data, data.map { URL(fileURLWithPath: $0).standardizedFileURL.path })
    set(\.backbone, backbone.map { URL(fileURLWithPath: $0).standardizedFileURL.path })
    set(\.head, try HeadName.kind(head, bins: bins, before: recipe.head))
    set(\.chunk, chunk)
    set(\.history, history)
    set(\.steps, steps)
    set(\.learningRate, learningRate)
    set(\.weightDecay, weightDecay)
    set(\.noise, noise)
    set(\.flips, flips)
    set(\.seed, seed)
    if changed.data != nil, noise != nil || flips != nil {
      throw RequestError("--noise and --flips apply only to recording: omit them with --data")
    }
    return changed
  }
}
