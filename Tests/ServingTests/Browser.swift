import Foundation
import Images
import Testing

/// A headless Chromium, driven by the DevTools protocol over ``Client``'s WebSocket.
final class Browser {
  /// Chromium's path, where there is one; `.ci/run` installs it.
  static let path: String? = ["chromium", "chromium-browser", "google-chrome"].lazy
    .flatMap { name in
      (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map {
        "\($0)/\(name)"
      }
    }.first { FileManager.default.isExecutableFile(atPath: $0) }

  private let process = Process()
  private let profile: URL
  private let client: Client
  private var messages = 0
  /// What the page reported: errors of its script and of its resources.
  private(set) var problems: [String] = []

  /// Opens `address` in a window of a desktop's size.
  init(_ address: String) async throws {
    profile = FileManager.default.temporaryDirectory.appending(path: "browser-\(UUID().uuidString)")
    process.executableURL = URL(filePath: try #require(Self.path))
    process.arguments = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
      "--remote-debugging-port=0", "--user-data-dir=\(profile.path)", "about:blank",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let portFile = profile.appending(path: "DevToolsActivePort")
    var port: UInt16?
    for _ in 0..<600 where port == nil {
      try await Task.sleep(for: .milliseconds(100))
      let text = (try? String(contentsOf: portFile, encoding: .utf8)) ?? ""
      port = text.split(separator: "\n").first.flatMap { UInt16($0) }
    }
    let devTools = try Client(port: try #require(port, "chromium did not start"))
    let pages = try JSONSerialization.jsonObject(
      with: Data(try await devTools.ask("GET", "/json").body.utf8))
    let page = try #require((pages as? [[String: Any]])?.first { $0["type"] as? String == "page" })
    client = try Client(port: port!)
    try await client.upgrade("/devtools/page/\(try #require(page["id"] as? String))")
    for domain in ["Page", "Runtime", "Log"] { try await call("\(domain).enable") }
    try await size(1280, 900)
    try await call("Page.navigate", ["url": address])
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: profile)
  }

  /// Calls a method of the protocol; events that arrive meanwhile are looked at.
  @discardableResult
  func call(_ method: String, _ parameters: [String: Any] = [:]) async throws -> [String: Any] {
    messages += 1
    let request: [String: Any] = ["id": messages, "method": method, "params": parameters]
    client.send(frame: try JSONSerialization.data(withJSONObject: request), opcode: 1)
    while true {
      let frame = try #require(await client.frame(), "chromium ended")
      let message = try JSONSerialization.jsonObject(with: frame.payload) as? [String: Any] ?? [:]
      if message["id"] as? Int == messages { return message["result"] as? [String: Any] ?? [:] }
      let event = message["method"] as? String
      let entry = (message["params"] as? [String: Any])?["entry"] as? [String: Any]
      if event == "Runtime.exceptionThrown" || entry?["level"] as? String == "error" {
        problems.append(String(decoding: frame.payload, as: UTF8.self))
      }
    }
  }

  /// The value of a JavaScript expression.
  func value(_ expression: String) async throws -> Any? {
    let result = try await call(
      "Runtime.evaluate", ["expression": expression, "returnByValue": true])
    #expect(result["exceptionDetails"] == nil, "\(expression): \(result)")
    return (result["result"] as? [String: Any])?["value"]
  }

  func text(_ expression: String) async throws -> String {
    try await value(expression) as? String ?? ""
  }
  func number(_ expression: String) async throws -> Double {
    try await value(expression) as? Double ?? .nan
  }

  /// Waits until an expression is true, up to a minute.
  func wait(_ expression: String) async throws {
    for _ in 0..<600 {
      if try await value(expression) as? Bool == true { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    Issue.record("never true: \(expression)")
  }

  func size(_ width: Int, _ height: Int) async throws {
    try await call(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600])
  }

  /// Presses, moves and releases the mouse.
  func drag(from start: (Double, Double), to end: (Double, Double)) async throws {
    let steps: [(String, (Double, Double))] = [
      ("mouseMoved", start), ("mousePressed", start), ("mouseMoved", end), ("mouseReleased", end),
    ]
    for (type, point) in steps {
      try await call(
        "Input.dispatchMouseEvent",
        ["type": type, "x": point.0, "y": point.1, "button": "left", "buttons": 1, "clickCount": 1])
    }
  }

  /// Presses a key, by its name in JavaScript.
  func press(_ key: String, code: Int, text: String = "") async throws {
    for type in ["keyDown", "keyUp"] {
      var parameters: [String: Any] = ["type": type, "key": key, "windowsVirtualKeyCode": code]
      if type == "keyDown", !text.isEmpty { parameters["text"] = text }
      try await call("Input.dispatchKeyEvent", parameters)
    }
  }

  func screenshot() async throws -> RGBImage {
    let result = try await call("Page.captureScreenshot", ["format": "png"])
    let data = try #require(Data(base64Encoded: result["data"] as? String ?? ""))
    return try RGBImage(pngData: data)
  }
}
