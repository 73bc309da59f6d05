import Foundation
import Images
import NanoVLA
import Tabletop
import TestSupport
import Testing

@testable import Serving

@Suite struct PlaySessionTests {
  private func session() throws -> PlaySession {
    PlaySession(try PlayRoom([(name: "toy", policy: ClonedPolicy.copy())]))
  }

  @Test func `the policy's actions are those of a closed loop from the same layout`() async throws {
    let session = try session()
    var state = try session(.reset(.object, 1_000_005))
    while state.outcome == "running" { state = try session(.step) }
    let policy = try ClonedPolicy.copy()
    let episode = try ClosedLoop(in: TabletopEnvironment(), executionHorizon: 2)(
      policy, seeds: [1_000_005])[0]
    #expect(state.step == episode.steps)
    #expect((state.outcome == "success") == episode.ending.isSuccess)
    #expect(state.success.episodes == 1)
  }

  @Test func `an instruction of the scene is judged, any other is free`() async throws {
    let session = try session()
    var state = try session(.reset(.goal, 1_000_000))
    #expect(state.tasks.contains("put the blue ball in the green bowl"))
    state = try session(.tell("Put the blue ball in the green bowl!"))
    #expect(state.isJudged)
    state = try session(.tell("put the red bowl up"))
    #expect(!state.isJudged)
    #expect(throws: InstructionError.self) { try session(.tell("fetch the glorp")) }
  }

  @Test func `a moved object stands where it was put, and the episode begins anew`() async throws {
    let session = try session()
    _ = try session(.reset(.object, 1_000_000))
    _ = try session(.step)
    let state = try session(.move(object: 0, x: 0.25, y: 0.75))
    let (u, v) = Camera.tabletop.imagePoint(x: 0.25, y: 0.75)
    #expect(state.objects[0].at == [u, v])
    #expect(state.step == 0)
  }

  @Test func `after going back the same actions follow`() async throws {
    let session = try session()
    _ = try session(.reset(.object, 1_000_003))
    let first = try (0..<5).map { _ in try session(.step).picture }
    _ = try session(.rewind(2))
    let again = try (2..<5).map { _ in try session(.step).picture }
    #expect(Array(first[2...]) == again)
    let end = try session(.rewind(0))
    #expect(end.step == 0 && end.success.episodes == 0)
  }

  @Test func `an episode driven by hand is kept, written, and cloned from`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kept-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let session = PlaySession(
      try PlayRoom([(name: "toy", policy: ClonedPolicy.copy())], recordings: folder))
    var state = try session(.reset(.object, 1_000_001))
    #expect(throws: RequestProblem.self) { try session(.keep) }
    #expect(throws: RequestProblem.self) { try session(.clone) }
    // The expert plays the person.
    var world = TabletopWorld(Suite.object.initialState(seed: 1_000_001))
    while state.outcome == "running" {
      let action = Expert.action(for: world)
      world.step(action)
      state = try session(.drive(action))
    }
    #expect(state.outcome == "success" && state.success.episodes == 0)
    #expect(try session(.keep).demonstrations == 1)
    let written = try DemonstrationDataset(contentsOf: folder).demonstrations
    #expect(written.count == 1 && written[0].actions.count == state.step)
    state = try session(.clone)
    #expect(state.policy == "yours, of 1 episode")
    #expect(state.policies == ["toy", "yours, of 1 episode"])
    #expect(
      try PlayRoom([(name: "toy", policy: ClonedPolicy.copy())], recordings: folder)
        .demonstrations == written)
  }

  @Test func `what the page shows is what the policy computes`() async throws {
    let session = try session()
    let state = try session(.reset(.object, 1_000_000))
    let insight = try #require(state.insight)
    let map = try #require(insight.attention)
    for weights in map.weights.flatMap({ $0 }) {
      #expect(weights.count == map.side * map.side)
      #expect(abs(weights.reduce(0, +) - 1) < 1e-4)
    }
    #expect(insight.dimensions.map(\.name) == ActionSpace.tabletop.dimensions.map(\.name))
    for dimension in insight.dimensions {
      #expect(abs(dimension.probabilities.reduce(0, +) - 1) < 1e-4)
    }
    #expect(state.plan.count == state.chunk + 1)
  }

  @Test func `a blank image and noise change what the policy sees and not the world`() async throws
  {
    let session = try session()
    let plain = try session(.reset(.object, 1_000_000))
    var settings = PlaySettings()
    settings.isBlank = true
    let blank = try session(.settings(settings))
    #expect(blank.picture == plain.picture && blank.seen != plain.seen)
    settings.isBlank = false
    settings.noise = 0.3
    let noisy = try session(.settings(settings))
    #expect(noisy.picture == plain.picture && noisy.seen != plain.seen)
  }

  @Test func `a fault of the museum changes what the policy does, until it is taken away`() throws {
    let session = try session()
    func gripper(_ state: PlayState) -> Float { state.action?[6] ?? .nan }
    _ = try session(.reset(.object, 1_000_000))
    let healthy = try session(.step)
    var settings = PlaySettings()
    settings.fault = .gripperSign
    _ = try session(.reset(.object, 1_000_000))
    #expect(try session(.settings(settings)).fault == "gripper-sign")
    let broken = try session(.step)
    #expect(gripper(broken) == -gripper(healthy))
    #expect(broken.action?.prefix(3) == healthy.action?.prefix(3))
    settings.fault = nil
    _ = try session(.reset(.object, 1_000_000))
    _ = try session(.settings(settings))
    #expect(gripper(try session(.step)) == gripper(healthy))
  }

  @Test(arguments: [
    "", "{", "[]", #"{"do":"fly"}"#, #"{"do":"move","object":-1,"x":0,"y":0}"#,
    #"{"do":"move","object":0,"x":1e99,"y":0}"#, #"{"do":"drive","action":[1,2]}"#,
    #"{"do":"reset","suite":"moon","seed":1}"#, #"{"do":"reset","suite":"object","seed":-1}"#,
  ])
  func `wrong requests of a page are refused`(_ text: String) {
    #expect(throws: (any Error).self) { try PlayRequest(text) }
  }
}

@Suite struct PlayServerTests {
  @Test func `a page of another site is refused`() async throws {
    let room = try PlayRoom([(name: "toy", policy: ClonedPolicy.copy())])
    let server = try PlayServer(room, port: 0)
    server.start()
    defer { server.stop() }
    func status(_ headers: String) async throws -> Int {
      let client = try Client(port: server.port)
      client.send(Data("GET / HTTP/1.1\r\n\(headers)\r\n".utf8))
      return try await client.reply().status
    }
    #expect(try await status("Host: 127.0.0.1:\(server.port)\r\n") == 200)
    #expect(try await status("Host: localhost\r\nOrigin: http://localhost:3\r\n") == 200)
    #expect(try await status("Host: evil.example\r\n") == 401)
    #expect(try await status("Host: 127.0.0.1\r\nOrigin: http://evil.example\r\n") == 401)
    #expect(try await status("") == 401)
  }

  @Test(.enabled(if: Browser.path != nil, "needs chromium"))
  func `in a browser one types, drags, runs and sees success`() async throws {
    let room = try PlayRoom([(name: "cloned", policy: PlayRoom.cloned(.tokens(bins: 32)))])
    let server = try PlayServer(room, port: 0)
    server.start()
    defer { server.stop() }
    let browser = try await Browser("http://127.0.0.1:\(server.port)/")
    try await browser.wait("document.querySelector('.outcome')?.textContent === 'running'")

    // Type an instruction.
    let task = "tables[0].state.tasks.find((t) => t !== tables[0].state.instruction)"
    let wanted = try await browser.text(task)
    _ = try await browser.value("document.getElementById('instruction').select()")
    _ = try await browser.value("document.getElementById('instruction').focus()")
    try await browser.call("Input.insertText", ["text": wanted])
    try await browser.press("Enter", code: 13, text: "\r")
    try await browser.wait("tables[0].state.instruction === '\(wanted)'")

    // Drag an object.
    func handle(_ side: String) async throws -> Double {
      try await browser.number(
        "(() => { const b = document.querySelector('.objects button').getBoundingClientRect();"
          + " return b.\(side) + b.\(side == "left" ? "width" : "height") / 2; })()")
    }
    let (x, y) = (try await handle("left"), try await handle("top"))
    let before = try await browser.number("tables[0].state.objects[0].at[0]")
    try await browser.drag(from: (x, y), to: (x < 250 ? x + 60 : x - 60, y))
    try await browser.wait("Math.abs(tables[0].state.objects[0].at[0] - \(before)) > 0.05")

    // Run; a policy of 100 demonstrations may fail once.
    var outcome = ""
    for _ in 0..<5 where outcome != "success" {
      _ = try await browser.value("document.getElementById('reset').click()")
      try await browser.wait("tables[0].state.step === 0 && tables[0].waiting === 0")
      _ = try await browser.value("document.getElementById('run').click()")
      try await browser.wait("tables[0].state.outcome !== 'running'")
      outcome = try await browser.text("document.querySelector('.outcome').textContent")
    }
    #expect(outcome == "success")
    #expect(
      try await browser.text("document.querySelector('.rate').textContent").contains("interval"))

    // The screenshot shows the table, at the place where the page says that it is.
    let screenshot = try await browser.screenshot()
    let shown = try RGBImage(
      pngData: Data(
        base64Encoded: try await browser.text("tables[0].state.picture"))!)
    let box = "document.querySelector('.picture').getBoundingClientRect()"
    let (left, top) = (
      try await browser.number("\(box).left"), try await browser.number("\(box).top")
    )
    let size = try await browser.number("\(box).width")
    for (column, row) in [(8, 4), (32, 40), (50, 58)] {
      let scale = size / 64
      let color = screenshot[
        Int(left + (Double(column) + 0.5) * scale), Int(top + (Double(row) + 0.5) * scale)]
      let expected = shown[column, row]
      #expect(abs(Int(color.red) - Int(expected.red)) < 40)
      #expect(abs(Int(color.blue) - Int(expected.blue)) < 40)
    }

    // On a phone nothing is wider than the screen.
    try await browser.size(390, 844)
    #expect(try await browser.number("document.documentElement.scrollWidth") <= 390)
    #expect(browser.problems == [])
  }
}
