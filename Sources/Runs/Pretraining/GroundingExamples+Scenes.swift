import Tabletop
import Tensors

/// The states that initial layouts are put into: see ``GroundingMixture`` for how often, and why.
extension GroundingExamples {
  /// Gives another object the first object's color or shape, unless that would make a twin.
  static func addHardNegative(to scene: inout Scene, using random: inout SeededRandom) {
    let other = 1 + random.integer(below: 2)
    var changed = scene.objects[other]
    if random.uniform() < GroundingMixture.sharedColor {
      changed.color = scene.objects[0].color
    } else {
      changed.shape = scene.objects[0].shape
    }
    let isTwin = scene.objects.contains { $0.color == changed.color && $0.shape == changed.shape }
    if !isTwin { scene.objects[other] = changed }
  }

  /// A state from the middle of an episode that began with `start`: an object in the bowl or not, and
  /// the gripper carrying an object, near one, or anywhere.
  static func midEpisode(_ start: Scene, using random: inout SeededRandom) -> Scene {
    typealias Mixture = GroundingMixture
    var scene = start
    let objects = scene.objects.indices.filter { scene.objects[$0].shape != .bowl }
    let bowls = scene.objects.indices.filter { scene.objects[$0].shape == .bowl }
    if let bowl = bowls.first, !objects.isEmpty, random.uniform() < Mixture.inBowl {
      let inside = objects[random.integer(below: objects.count)]
      let offsets = -Mixture.bowlOffset...Mixture.bowlOffset
      scene.objects[inside].x = scene.objects[bowl].x + random.uniform(in: offsets)
      scene.objects[inside].y = scene.objects[bowl].y + random.uniform(in: offsets)
    }
    let object = random.integer(below: scene.objects.count)
    let draw = random.uniform()
    if draw < Mixture.held {
      let gripper = Gripper(
        x: random.uniform(in: 0...1), y: random.uniform(in: 0...1),
        z: random.uniform(in: Mixture.heldHeights), isClosed: true)
      return Scene(objects: scene.objects, gripper: gripper, held: object)
    }
    if draw < Mixture.held + Mixture.nearObject {
      scene.gripper.x = scene.objects[object].x + Mixture.nearDistance * random.normal()
      scene.gripper.y = scene.objects[object].y + Mixture.nearDistance * random.normal()
      scene.gripper.z = random.uniform(in: Mixture.nearHeights)
    }
    scene.gripper.isClosed = random.uniform() < Mixture.closed
    return scene
  }
}
