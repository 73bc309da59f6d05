import Tabletop

/// The true answers to the instructions of ``GroundingExamples``, from the simulator's own state.
extension GroundingExamples {
  /// For each slot of instruction `n`, the object to point at and the answer's weight in the loss: a
  /// slot that the instruction leaves open follows the first object, at
  /// ``GroundingMixture/openSlotWeight``.
  func slots(_ n: Int) -> [(object: Int, weight: Float)] {
    let task = tasks[n]
    let open = (task.firstObject, GroundingMixture.openSlotWeight)
    return [
      (task.firstObject, 1),
      task.destination.map { ($0, 1) } ?? open,
      task.finalObject.map { ($0, 1) } ?? open,
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

  /// The patch in which the image shows an object's center, of `side`×`side` patches, row by row.
  func patch(of object: TabletopObject, side: Int) -> Int {
    let (u, v) = camera.imagePoint(x: object.x, y: object.y, z: object.z)
    let (column, row) = (Int(u * Float(side)), Int(v * Float(side)))
    return min(side - 1, max(0, row)) * side + min(side - 1, max(0, column))
  }
}
