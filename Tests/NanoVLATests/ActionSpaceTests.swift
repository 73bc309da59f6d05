import Foundation
import NanoVLA
import Testing

@Suite struct ActionSpaceTests {
  @Test("the toy arm has seven dimensions, and all but the gripper are normalised")
  func tabletop() {
    let space = ActionSpace.tabletop
    let names = space.dimensions.map(\.name)
    #expect(names == ["dx", "dy", "dz", "roll", "pitch", "yaw", "gripper"])
    #expect(space.mask == [true, true, true, true, true, true, false])
    #expect(space.gripperConvention == .positiveClosed)
    #expect(space.dimensions[2].bounds == -0.3...0.3)
  }

  @Test("a space of twelve joints has twelve names, its own bounds and no gripper")
  func anyCount() {
    let space = ActionSpace(dimensions: 12, bounds: Array(repeating: -2...2, count: 12))
    #expect(space.count == 12)
    #expect(Set(space.dimensions.map(\.name)).count == 12)
    #expect(space.gripperIndex == nil)
    #expect(space.mask == Array(repeating: true, count: 12))
    #expect(space.dimensions[11].bounds == -2...2)
  }

  @Test("an action beyond the bounds is moved onto them")
  func clipping() throws {
    let wild = RobotAction(dx: 3, dy: -3, dz: 0.25, gripper: 9)
    let expected = RobotAction(dx: 0.2, dy: -0.2, dz: 0.25, gripper: 1)
    #expect(try ActionSpace.tabletop.clipped(wild) == expected)
  }

  @Test("NaN and a wrong number of dimensions are refused in one line")
  func refusals() {
    #expect(throws: ActionError.wrongDimensions("action", expected: 7, found: 3)) {
      try ActionSpace.tabletop.clipped(RobotAction([1, 2, 3]))
    }
    let error = #expect(throws: ActionError.self) {
      try ActionSpace.tabletop.clipped(RobotAction(dx: 0, dy: .nan, dz: 0, gripper: 1))
    }
    let text = "\(error!)"
    #expect(text.hasPrefix("action: dimension 1 is nan"))
    #expect(!text.contains("\n"))
    let state = #expect(throws: ActionError.self) {
      try ActionError.check([0, 0, -.infinity, 1], "proprioception", dimensions: 4)
    }
    let stateText = "\(state!)"
    #expect(stateText.hasPrefix("proprioception: dimension 2 is -inf"))
  }

  @Test("open stays open and closed stays closed in every convention")
  func conventions() {
    let table: [(GripperConvention, open: Float, closed: Float)] = [
      (.positiveClosed, -1, 1), (.oneOpen, 1, 0), (.oneClosed, 0, 1),
    ]
    #expect(table.count == GripperConvention.allCases.count)
    for (from, open, closed) in table {
      #expect(from.isClosed(closed))
      #expect(!from.isClosed(open))
      for (to, otherOpen, otherClosed) in table {
        #expect(from.converted(open, to: to) == otherOpen)
        #expect(from.converted(closed, to: to) == otherClosed)
        #expect(from.converted((open + closed) / 2, to: to) == (otherOpen + otherClosed) / 2)
      }
    }
    #expect(!GripperConvention.positiveClosed.isClosed(0))
  }

  @Test("converting an action changes its gripper only")
  func convertingAnAction() throws {
    let closed = RobotAction(dx: 0.1, dy: -0.1, dz: 0.2, gripper: 1)
    let forOpenVLA = try ActionSpace.tabletop.converted(closed, to: .oneOpen)
    #expect(forOpenVLA == RobotAction(dx: 0.1, dy: -0.1, dz: 0.2, gripper: 0))
  }

  @Test("a space survives JSON, and a space with reversed bounds is refused")
  func json() throws {
    let data = try JSONEncoder().encode(ActionSpace.tabletop)
    #expect(try JSONDecoder().decode(ActionSpace.self, from: data) == .tabletop)
    let text = String(decoding: data, as: UTF8.self)
    let broken = Data(text.replacingOccurrences(of: "[-1,1]", with: "[1,-1]").utf8)
    #expect(broken != data)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(ActionSpace.self, from: broken)
    }
  }
}
