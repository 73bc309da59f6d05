import Tabletop

/// The true answers to the questions of ``GroundingExamples``, from the simulator's own state.
extension GroundingExamples {
  /// The object that each slot of question `n` points at, and how much the answer counts: a slot
  /// that the instruction leaves open follows the first object, at a third of the weight.
  func slots(_ n: Int) -> [(object: Int, weight: Float)] {
    let task = tasks[n]
    return [
      (task.firstObject, 1),
      task.destination.map { ($0, 1) } ?? (task.firstObject, 0.3),
      task.finalObject.map { ($0, 1) } ?? (task.firstObject, 0.3),
    ]
  }

  /// First object held; first object in its destination; final object held: 1 or 0 each.
  func flags(_ n: Int) -> [Float] {
    let (task, scene) = (tasks[n], scenes[n / tasksPerScene])
    return [
      scene.held == task.firstObject ? 1 : 0,
      task.destination != nil && scene.bowl(holding: task.firstObject) == task.destination ? 1 : 0,
      task.finalObject != nil && scene.held == task.finalObject ? 1 : 0,
    ]
  }

  /// The patch of the image in which an object's centre is drawn.
  func patch(of object: TabletopObject, side: Int) -> Int {
    let (u, v) = camera.imagePoint(x: object.x, y: object.y, z: object.z)
    let (column, row) = (Int(u * Float(side)), Int(v * Float(side)))
    return min(side - 1, max(0, row)) * side + min(side - 1, max(0, column))
  }
}
