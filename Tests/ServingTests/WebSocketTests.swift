import Foundation
import Images
import NanoVLA
import Tabletop
import TestSupport
import Testing

@testable import Serving

@Suite(.serialized) struct WebSocketTests {
  @Test func `openpi's client gets metadata, then a chunk for each observation`() async throws {
    let server = try TestServer(usesProprioception: false)
    let client = try server.client()
    try await client.upgrade()
    let metadata = try MessagePack(try #require(await client.frame()).payload)
    #expect(metadata["action_dim"] == .int(7))
    let observation = try recorded("openpi-2-observation.msgpack")
    for round in 0..<2 {
      client.send(frame: observation)
      let reply = try MessagePack(try #require(await client.frame()).payload)
      let actions = try #require(reply["actions"])
      guard case .map(let entries) = actions else { throw RequestProblem("no map") }
      #expect(
        entries.map(\.key)
          == ["__ndarray__", "data", "dtype", "shape"].map { .bytes(Data($0.utf8)) })
      #expect(try NumPyArray(actions, "actions").shape == [2, 7])
      #expect((reply["server_timing"]?["prev_total_ms"] != nil) == (round == 1))
    }
    // An observation without its prompt: the error as text, then the end with code 1011.
    let image = try #require(try MessagePack(observation)["observation/image"])
    client.send(frame: MessagePack.object(["observation/image": image]).data)
    let error = try #require(await client.frame())
    #expect(
      error.opcode == 1 && String(decoding: error.payload, as: UTF8.self).contains("instruction"))
    let end = try #require(await client.frame())
    #expect(end.opcode == 8 && end.payload.prefix(2) == Data([0x03, 0xF3]))
  }

  @Test func `vla-eval's client gets one action an observation, of one chunk`() async throws {
    let server = try TestServer(usesProprioception: false)
    let client = try server.client()
    try await client.upgrade("/vla-eval")
    client.send(frame: try recorded("vlaeval-1-hello-client.msgpack"))
    let hello = try MessagePack(try #require(await client.frame()).payload)
    #expect(hello["type"]?.text == "hello" && hello["seq"] == .int(1))
    #expect(hello["payload"]?["protocol_version"] == .int(1))
    client.send(frame: try recorded("vlaeval-3-episode-start.msgpack"))
    func action() async throws -> [Float] {
      client.send(frame: try recorded("vlaeval-4-observation.msgpack"))
      let reply = try MessagePack(try #require(await client.frame()).payload)
      #expect(reply["type"]?.text == "action" && reply["seq"] == .int(3))
      return try NumPyArray(try #require(reply["payload"]?["actions"]), "actions").floats("actions")
    }
    var actions: [[Float]] = []
    for _ in 0..<3 { actions.append(try await action()) }
    let image = RGBImage(width: 4, height: 4, pixels: (0..<48).map { UInt8(5 * $0) })
      .resized(width: 64, height: 64, filter: .bicubic)
    let chunk = try server.policy.predictChunk(
      [Observation(image)], instruction: "pick up the red cup")
    let expected = try chunk.map {
      try server.policy.space.clipped(server.policy.statistics.robotAction($0)).values
    }
    #expect(actions == [expected[0], expected[1], expected[0]])
    // A new episode empties the chunk.
    client.send(frame: try recorded("vlaeval-3-episode-start.msgpack"))
    #expect(try await action() == expected[0])
  }

  @Test func `at the root a client that speaks first is vla-eval's`() async throws {
    let server = try TestServer()
    let client = try server.client()
    let hello = Client.masked(try recorded("vlaeval-1-hello-client.msgpack"))
    try await client.upgrade(followedBy: hello)
    let reply = try MessagePack(try #require(await client.frame()).payload)
    #expect(reply["type"]?.text == "hello")
  }

  @Test func `frames that break the protocol end the connection with its code`() async throws {
    let server = try TestServer()
    func code(_ send: (Client) -> Void) async throws -> Int {
      let client = try server.client()
      try await client.upgrade("/vla-eval")
      send(client)
      let end = try #require(await client.frame())
      #expect(end.opcode == 8)
      return end.payload.prefix(2).reduce(0) { $0 << 8 | Int($1) }
    }
    #expect(try await code { $0.send(Data([0x82, 0x01, 0])) } == 1002)  // no mask
    #expect(try await code { $0.send(Data([0xC2, 0x80, 0, 0, 0, 0])) } == 1002)  // a reserved bit
    #expect(try await code { $0.send(frame: Data(), opcode: 0) } == 1002)  // nothing to continue
    #expect(try await code { $0.send(frame: Data(), opcode: 9, isLast: false) } == 1002)
    #expect(try await code { $0.send(frame: Data([0xff]), opcode: 1) } == 1007)
    #expect(
      try await code {
        $0.send(Data([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))
      }
        == 1009)
  }

  @Test func `fragments become one message, and pings between them are answered`() async throws {
    let server = try TestServer()
    let client = try server.client()
    try await client.upgrade("/vla-eval")
    let hello = try recorded("vlaeval-1-hello-client.msgpack")
    client.send(frame: hello.prefix(50), opcode: 2, isLast: false)
    client.send(frame: Data([7]), opcode: 9)
    client.send(frame: hello.dropFirst(50), opcode: 0)
    let pong = try #require(await client.frame())
    #expect(pong.opcode == 10 && pong.payload == Data([7]))
    #expect(try MessagePack(try #require(await client.frame()).payload)["type"]?.text == "hello")
    client.send(frame: Data([3, 232]), opcode: 8)
    #expect(try #require(await client.frame()).opcode == 8)
  }
}
