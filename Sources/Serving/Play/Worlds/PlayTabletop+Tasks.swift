import Foundation
import Tabletop

/// What a person can ask for on the tabletop.
extension PlayTabletop {
  /// Every task of the grammar in `scene`.
  static func tasks(in scene: Scene) -> [TabletopTask] {
    let objects = Array(scene.objects.indices)
    let bowls = objects.filter { scene.objects[$0].shape == .bowl }
    let things = objects.filter { scene.objects[$0].shape != .bowl }
    var tasks = objects.map { TabletopTask.pick($0, in: scene) }
    for object in objects {
      tasks += [.push(object, .left, in: scene), .push(object, .right, in: scene)]
    }
    for bowl in bowls {
      for object in things {
        tasks.append(.put(object, into: bowl, in: scene))
        tasks += things.filter { $0 != object }
          .map { .put(object, into: bowl, thenPick: $0, in: scene) }
      }
    }
    return tasks
  }

  /// As the toy VLM's tokenizer reads it: lower case, without punctuation at the ends of words.
  static func normalized(_ text: String) -> String {
    text.lowercased().split(whereSeparator: \.isWhitespace)
      .map { $0.trimmingCharacters(in: .punctuationCharacters) }.joined(separator: " ")
  }
}
