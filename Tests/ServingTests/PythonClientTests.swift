import Foundation
import Images
import NanoVLA
import TestSupport
import Testing

@testable import Serving

/// The field's own Python clients against a server in this process.
@Suite struct PythonClientTests {
  private static let python = ProcessInfo.processInfo.environment["NANOVLA_PYTHON"]

  @Test(
    .enabled(
      if: python != nil,
      "NANOVLA_PYTHON names a Python with requests, json-numpy, openpi-client and vla-eval"))
  func `requests, openpi-client and vla-eval's command get the policy's actions`() async throws {
    let server = try TestServer()
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.python))
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "PythonClients.py")
    process.arguments = [script.path, "\(server.server.port)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let answers = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])

    let image = RGBImage(
      width: 64, height: 64, pixels: (0..<64 * 64 * 3).map { UInt8(truncatingIfNeeded: $0) })
    let chunk = try server.policy.predictChunk(
      [Observation(image, proprioception: [0.5, 0.5, 0.7, 0])], instruction: "pick up the red cup")
    let expected = try chunk.map {
      try server.policy.space.clipped(server.policy.statistics.robotAction($0)).values
    }
    func equals(_ answer: Any?, _ actions: [[Float]]) -> Bool {
      (answer as? [[Double]])?.map { $0.map { Float($0) } } == actions
    }
    #expect(equals([answers["act"] as? [Double]], [expected[0]]))
    #expect(equals([answers["encoded"] as? [Double]], [expected[0]]))
    #expect(equals(answers["oft"], expected))
    #expect(equals(answers["openpi"], expected))
    #expect(equals(answers["vla-eval"], [expected[0], expected[1], expected[0]]))
    #expect(answers["wrong"] as? Int == 400)
  }
}
