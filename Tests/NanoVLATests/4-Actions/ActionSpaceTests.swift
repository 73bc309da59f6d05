import Files
import Foundation
import NanoVLA
import Runs
import Tabletop
import TestSupport
import Testing
import VLMs

@Suite struct ActionSpaceTests {
  @Test("the toy arm has seven dimensions, and all but the gripper are normalized")
  func tabletop() {
    let space = ActionSpace.tabletop
    let names = space.dimensions.map(\.name)
    #expect(names == ["dx", "dy", "dz", "roll", "pitch", "yaw", "gripper"])
    #expect(space.mask == [true, true, true, true, true, true, false])
    #expect(space.gripperConvention == .positiveClosed)
    #expect(space.dimensions[2].bounds == -0.3...0.3)
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

  @Test("the control rate is 5 Hz unless told")
  func controlRate() {
    #expect(ActionSpace.tabletop.controlRate == 5)
    #expect(ActionSpace(dimensions: 12, controlRate: 50).controlRate == 50)
  }

  @Test("several grippers are found by their names, masked, and converted all")
  func severalGrippers() throws {
    let names = ["left x", "left gripper", "gripper offset", "right gripper"]
    let space = ActionSpace(
      names.map { ActionSpace.Dimension($0, unit: "m", bounds: -1...1) },
      gripperConvention: .positiveClosed)
    #expect(space.grippers == [1, 3])
    #expect(space.mask == [true, false, true, false])
    let converted = try space.converted(RobotAction([0.5, 1, 0.25, -1]), to: .oneOpen)
    #expect(converted == RobotAction([0.5, 0, 0.25, 1]))
  }

  @Test("a control rate that is not positive and a space without dimensions are refused")
  func badJSON() throws {
    let text = String(decoding: try JSONEncoder().encode(ActionSpace.tabletop), as: UTF8.self)
    func read(_ found: String, _ written: String) throws -> ActionSpace {
      let changed = text.replacingOccurrences(of: found, with: written)
      #expect(changed != text)
      return try JSONDecoder().decode(ActionSpace.self, from: Data(changed.utf8))
    }
    #expect(try read("\"controlRate\":5", "\"controlRate\":50").controlRate == 50)
    for rate in [0, -5] as [Float] {
      let error = #expect(throws: ActionError.badControlRate(rate)) {
        try read("\"controlRate\":5", "\"controlRate\":\(rate)")
      }
      let line = "\(error.map(\.description) ?? "")"
      #expect(line.contains("\(rate) Hz") && !line.contains("\n"))
    }
    #expect(throws: DecodingError.self) { try read("\"controlRate\":5", "\"controlRate\":1e999") }
    #expect(throws: DecodingError.self) { try read("\"controlRate\":5", "\"rate\":5") }
    let none = Data(
      "{\"dimensions\":[],\"gripperConvention\":\"oneOpen\",\"controlRate\":5}".utf8)
    #expect(throws: ActionError.noData("dimensions of an action space")) {
      try JSONDecoder().decode(ActionSpace.self, from: none)
    }
  }

  @Test("a rate of 0 Hz in a program stops with the number")
  func badRate() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ActionSpace(dimensions: 7, controlRate: 0)
    }
    expectMessage(result, "ActionSpace", "0.0 Hz")
  }

  @Test("a policy of another space is refused, with all differences in one line")
  func matching() throws {
    try ActionSpace.tabletop.check(matches: .tabletop)
    var dimensions = ActionSpace.tabletop.dimensions
    dimensions[0] = .init("dx", unit: "metres", bounds: -1...1)
    dimensions[5] = .init("heading", unit: dimensions[5].unit, bounds: -1...1)
    let other = ActionSpace(dimensions, gripperConvention: .oneOpen, controlRate: 50)
    let error = #expect(throws: ActionError.self) {
      try ActionSpace.tabletop.check(matches: other)
    }
    let line = "\(error.map(\.description) ?? "")"
    for part in [
      "gripper oneOpen for positiveClosed", "control rate 50.0 for 5.0", "name heading for yaw",
      "unit of dx metres for world units per step",
    ] { #expect(line.contains(part)) }
    #expect(!line.contains("\n"))
    #expect(throws: ActionError.otherSpace(["dimensions 6 for 7"])) {
      try ActionSpace.tabletop.check(
        matches: ActionSpace(
          Array(ActionSpace.tabletop.dimensions.prefix(6)), gripperConvention: .positiveClosed))
    }
  }
}
