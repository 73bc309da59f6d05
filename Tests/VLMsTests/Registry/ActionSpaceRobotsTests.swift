import NanoVLA
import Testing
import VLMs

@Suite struct ActionSpaceRobotsTests {
  @Test("a space of twelve joints has twelve names, its own bounds and no gripper")
  func anyCount() {
    let space = ActionSpace(dimensions: 12, bounds: Array(repeating: -2...2, count: 12))
    #expect(space.count == 12)
    #expect(Set(space.dimensions.map(\.name)).count == 12)
    #expect(space.grippers.isEmpty)
    #expect(space.mask == Array(repeating: true, count: 12))
    #expect(space.dimensions[11].bounds == -2...2)
  }

  @Test("any number of dimensions has names of its own", arguments: [1, 2, 6, 7, 8, 12, 14, 50])
  func names(count: Int) {
    let space = ActionSpace(dimensions: count)
    #expect(space.count == count)
    #expect(Set(space.dimensions.map(\.name)).count == count)
    #expect(space.mask.count == count)
    #expect(space.grippers == (count == 7 ? [6] : []))
  }

  @Test("converting an action changes its gripper only")
  func convertingAnAction() throws {
    let closed = RobotAction(dx: 0.1, dy: -0.1, dz: 0.2, gripper: 1)
    let forOpenVLA = try ActionSpace.tabletop.converted(closed, to: .oneOpen)
    #expect(forOpenVLA == RobotAction(dx: 0.1, dy: -0.1, dz: 0.2, gripper: 0))
  }
}
