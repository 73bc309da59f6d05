import Foundation
import Images
import NanoVLA
import Tabletop
import TestSupport
import Testing

@testable import Serving

/// Body of a request that the toy policy answers.
private func body(_ instruction: String = "pick up the red cup", state: [Float]? = [0, 0, 0.3, 0])
  throws -> String
{
  let image = try DemonstrationDataset.bundled().demonstrations[0].frames[0]
  let pixels = try NumPyArray(
    dtype: "|u1", shape: [image.height, image.width, 3], bytes: Data(image.pixels))
  let more = state.map { #","state":\#(NumPyArray($0, shape: [$0.count]).json)"# } ?? ""
  return #"{"image":\#(pixels.json),"instruction":"\#(instruction)"\#(more)}"#
}

@Suite(.serialized) struct PolicyServerTests {
  @Test func `act answers what predictAction gives`() async throws {
    let server = try TestServer()
    let reply = try await server.client().ask("POST", "/act", body())
    #expect(reply.status == 200)
    let image = try DemonstrationDataset.bundled().demonstrations[0].frames[0]
    let action = try server.policy.predictAction(
      image, instruction: "pick up the red cup", proprioception: [0, 0, 0.3, 0])
    #expect(reply.body == NumPyArray(doubles: action.values).json)
  }

  @Test func `recorded requests are answered in the recorded form`() async throws {
    let server = try TestServer(usesProprioception: false)
    let client = try server.client()
    // The recorded requests name statistics that the toy policy lacks.
    client.send(try recorded("act-request.http"))
    #expect(try await client.reply().status == 400)
    client.send(try recorded("act-encoded-request.http"))
    let encoded = try await client.reply()
    #expect(encoded.status == 200)
    #expect(
      encoded.body.hasPrefix(#""{\"__numpy__\":\""#) && encoded.body.hasSuffix(#"\"shape\":[7]}""#))
    client.send(try recorded("act-oft-request.http"))
    let list = try await client.reply()
    #expect(list.status == 200)
    #expect(list.body.hasPrefix(#"[{"__numpy__":""#))
    #expect(list.body.components(separatedBy: #""dtype":"<f4","shape":[7]"#).count == 1 + 2)
    client.send(try recorded("act-error-request.http"))
    let error = try await client.reply()
    #expect(error.status == 400 && error.body.contains("instruction"))
  }

  @Test(arguments: [
    ("{", "JSON"), ("{}", "image"), (#"{"image": 3, "instruction": "x"}"#, "__numpy__"),
    (#"{"image": {"__numpy__": "AAAA", "dtype": "|u1", "shape": [1, 1, 3]}}"#, "instruction"),
    (#"{"image": {"__numpy__": "?", "dtype": "|u1", "shape": [1]}, "instruction": "x"}"#, "base64"),
  ])
  func `a wrong body gets status 400 and one line`(_ body: String, _ word: String) async throws {
    let server = try TestServer()
    let reply = try await server.client().ask("POST", "/act", body)
    #expect(reply.status == 400)
    #expect(reply.body.contains(word))
    #expect(reply.body.filter { $0 == "\n" }.count == 1)
  }

  @Test func `wrong instructions, states and statistics get status 400`() async throws {
    let server = try TestServer()
    let client = try server.client()
    for wrong in [
      try body("  "), try body("pick up the glorp"), try body(state: nil), try body(state: [1, 2]),
      try body(state: [.nan, 0, 0, 0]),
      String(try body().dropLast()) + #","unnorm_key":"bridge_orig"}"#,
    ] {
      #expect(try await client.ask("POST", "/act", wrong).status == 400)
    }
    let right = String(try body().dropLast()) + #","unnorm_key":"tabletop"}"#
    #expect(try await client.ask("POST", "/act", right).status == 200)
  }

  @Test func `images of any size are read`() async throws {
    let server = try TestServer(usesProprioception: false)
    for (width, height) in [(1, 1), (1, 300), (224, 224), (640, 480)] {
      let image = try NumPyArray(
        dtype: "|u1", shape: [height, width, 3], bytes: Data(count: 3 * width * height))
      let body = #"{"image":\#(image.json),"instruction":"pick up the red cup"}"#
      #expect(try await server.client().ask("POST", "/act", body).status == 200)
    }
  }

  @Test func `health, metadata and metrics are pages of their own`() async throws {
    let server = try TestServer()
    let client = try server.client()
    #expect(try await client.ask("GET", "/health").body == #"{"status":"ok"}"#)
    #expect(try await client.ask("GET", "/healthz").body == "OK\n")
    let metadata = try await client.ask("GET", "/metadata").body
    #expect(metadata.contains(#""unnormKeys" : ["#) && metadata.contains(#""chunk" : 2"#))
    _ = try await client.ask("POST", "/act", body())
    _ = try await client.ask("POST", "/act", "{}")
    let metrics = try await client.ask("GET", "/metrics").body
    #expect(metrics.contains(#"nanovla_requests_total{protocol="act",result="ok"} 1"#))
    #expect(metrics.contains(#"nanovla_requests_total{protocol="act",result="error"} 1"#))
    #expect(metrics.contains("nanovla_request_seconds_count 2"))
    #expect(try await client.ask("GET", "/nothing").status == 404)
    #expect(try await server.client().ask("GET", "/act").status == 405)
    #expect(try await server.client().ask("GET", "/").status == 426)
  }

  @Test func `heads and bodies are bounded before they are read`() async throws {
    let server = try TestServer()
    func status(_ head: String) async throws -> Int {
      let client = try server.client()
      client.send(Data(head.utf8))
      let reply = try await client.reply()
      #expect(await client.isAtEnd)
      return reply.status
    }
    #expect(try await status("POST /act HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n") == 413)
    #expect(
      try await status("POST /act HTTP/1.1\r\nContent-Length: 9223372036854775808\r\n\r\n") == 400)
    #expect(try await status("POST /act HTTP/1.1\r\nContent-Length: -1\r\n\r\n") == 400)
    #expect(
      try await status("POST /act HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
        == 400)
    #expect(try await status("POST /act HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n") == 411)
    #expect(try await status("nonsense\r\n\r\n") == 400)
    #expect(
      try await status("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 40_000)) == 431)
  }

  @Test func `without the token nothing but health is answered`() async throws {
    let server = try TestServer { $0.token = "0123456789abcdef" }
    func status(_ header: String) async throws -> Int {
      try await server.client().ask("GET", "/metadata", "", header).status
    }
    #expect(try await status("") == 401)
    #expect(try await status("Authorization: Bearer 0123456789abcdee\r\n") == 401)
    #expect(try await status("Authorization: Bearer 0123456789abcdef0\r\n") == 401)
    #expect(try await status("Authorization: Basic 0123456789abcdef\r\n") == 401)
    #expect(try await status("Authorization: Bearer 0123456789abcdef\r\n") == 200)
    #expect(try await status("Authorization: Api-Key 0123456789abcdef\r\n") == 200)
    #expect(try await server.client().ask("GET", "/health").status == 200)
  }

  @Test func `an address that others reach needs a token`() async throws {
    let served = try ServedPolicy(ClonedPolicy.copy(), name: "toy")
    #expect(throws: ServingError.self) { try PolicyServer(served, .init(host: "0.0.0.0", port: 0)) }
  }

  @Test func `a client that is slow or silent is let go`() async throws {
    let server = try TestServer {
      $0.patience = 0.4
      $0.silence = 0.4
    }
    let silent = try server.client()
    let slow = try server.client()
    slow.send(Data("POST /act HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc".utf8))
    #expect(await silent.isAtEnd)
    #expect(await slow.isAtEnd)
  }

  @Test func `a full queue answers 503`() async throws {
    let queue = InferenceQueue(length: 2)
    let gate = DispatchSemaphore(value: 0)
    async let first: Void = queue { gate.wait() }
    async let second: Void = queue { gate.wait() }
    while queue.count < 2 { try await Task.sleep(for: .milliseconds(1)) }
    await #expect(throws: Busy.self) { try await queue {} }
    gate.signal()
    gate.signal()
    _ = try await (first, second)
    #expect(queue.count == 0)
  }

  @Test func `many clients at once get what each gets alone`() async throws {
    let server = try TestServer()
    let port = server.server.port
    let instructions = ["pick up the red cup", "pick up the blue cup", "pick up the green cup"]
    let bodies = try instructions.map { try body($0) }
    var alone: [String] = []
    for body in bodies { alone.append(try await Client(port: port).ask("POST", "/act", body).body) }
    try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for i in 0..<24 {
        group.addTask {
          (i % 3, try await Client(port: port).ask("POST", "/act", bodies[i % 3]).body)
        }
      }
      for try await (i, reply) in group { #expect(reply == alone[i]) }
    }
  }

  @Test func `a server that stops finishes and closes`() async throws {
    let served = try ServedPolicy(ClonedPolicy.copy(), name: "toy")
    let server = try PolicyServer(served, .init(port: 0))
    let running = server.start()
    let client = try Client(port: server.port)
    #expect(try await client.ask("GET", "/health").status == 200)
    server.stop()
    try await running.value
    #expect(await client.isAtEnd)
  }
}
