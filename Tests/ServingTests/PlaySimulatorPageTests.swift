import Foundation
import Simulators
import TestSupport
import Testing

@testable import Serving

@Suite(.enabled(if: ToyRoom.canRun, "there is no python3"))
struct PlaySimulatorServerTests {
  private func state(_ client: Client) async throws -> [String: Any] {
    let frame = try #require(await client.frame())
    return try JSONSerialization.jsonObject(with: frame.payload) as? [String: Any] ?? [:]
  }

  @Test func `the page is served while the simulator works, and errors come with the state`()
    async throws
  {
    let script = try BridgeScript(
      """
      def step(self, action, was=B["Toy"].step):
          open(FOLDER + "/stepping", "w")
          while not os.path.exists(FOLDER + "/go"): time.sleep(0.01)
          raise ValueError("the arm is stuck")
      Toy.step = step
      """)
    let environment = try ToyRoom.toy("toy:red", script: script.file)
    let server = try PlayServer(ToyRoom.room(in: environment), port: 0)
    server.start()
    defer { server.stop() }
    let client = try Client(port: server.port)
    try await client.upgrade("/play")
    client.send(frame: Data(#"{"do":"settings"}"#.utf8), opcode: 1)
    #expect(try await state(client)["outcome"] as? String == "running")
    client.send(frame: Data(#"{"do":"step"}"#.utf8), opcode: 1)
    let stepping = script.folder.appending(path: "stepping").path
    while !FileManager.default.fileExists(atPath: stepping) {
      try await Task.sleep(for: .milliseconds(5))
    }
    let page = try await Client(port: server.port).ask("GET", "/simulator.js")
    #expect(page.status == 200 && page.body.contains("simulatorOutcome"))
    try Data().write(to: script.folder.appending(path: "go"))
    let reply = try await state(client)
    #expect(
      reply["error"] as? String
        == "\(BridgeError.failed(operation: "step", "ValueError: the arm is stuck"))")
    #expect((reply["state"] as? [String: Any])?["outcome"] as? String == "stopped")
  }

  @Test(.enabled(if: Browser.path != nil, "needs chromium"))
  func `in a browser one chooses a task, runs, tells another, and drives with sliders`()
    async throws
  {
    let server = try PlayServer(ToyRoom.room(in: ToyRoom.toy()), port: 0)
    server.start()
    defer { server.stop() }
    let browser = try await Browser("http://127.0.0.1:\(server.port)/")
    try await browser.wait("document.querySelector('.outcome')?.textContent === 'running'")
    #expect(try await browser.text("document.getElementById('kind').textContent") == "Task")
    // What is of the tabletop alone is not shown.
    for id in ["keep", "clone", "fault"] {
      #expect(
        try await browser.value("document.getElementById('\(id)').offsetParent === null") as? Bool
          == true)
    }

    func choose(_ task: String) async throws {
      _ = try await browser.value(
        "(() => { const s = document.getElementById('layout'); s.value = '\(task)'; s.onchange(); })()"
      )
      try await browser.wait(
        "tables[0].waiting === 0 && tables[0].state.layout.name === '\(task)'")
    }
    try await choose("blue")
    _ = try await browser.value("document.getElementById('run').click()")
    try await browser.wait("tables[0].state.outcome !== 'running'")
    #expect(try await browser.text("document.querySelector('.outcome').textContent") == "success")
    #expect(
      try await browser.text("document.querySelector('.rate').textContent").contains("1 of 1"))

    // Another task's instruction.
    _ = try await browser.value("document.getElementById('other').click()")
    try await browser.wait("!tables[0].state.isJudged && tables[0].waiting === 0")
    #expect(
      try await browser.text("document.querySelector('.judge').textContent")
        .contains("judges its own task all the same: “move to the blue disc”"))

    // The sliders.
    try await choose("red")
    _ = try await browser.value(
      "(() => { const i = document.querySelector('.sliders input'); i.value = 0.07; i.oninput(); })()"
    )
    #expect(
      try await browser.text("document.querySelector('.sliders output').textContent")
        == "0.07 (table widths per step)")
    _ = try await browser.value("document.querySelector('.act').click()")
    try await browser.wait("tables[0].state.step === 1")
    #expect(abs(try await browser.number("tables[0].state.action[0]") - 0.07) < 1e-6)

    // Back to the beginning.
    _ = try await browser.value(
      "(() => { const s = document.getElementById('scrub'); s.value = 0; s.onchange({ target: s }); })()"
    )
    try await browser.wait("tables[0].state.step === 0 && tables[0].waiting === 0")

    try await browser.size(390, 844)
    #expect(try await browser.number("document.documentElement.scrollWidth") <= 390)
    #expect(browser.problems == [])
  }
}
