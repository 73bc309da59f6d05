import Foundation
import NanoVLA
import Tensors
import TestSupport
import Testing

@testable import Serving

/// Requests and frames with random damage: each is answered or refused, and the server goes on.
///
/// `NANOVLA_FUZZ=20 swift test --filter DamagedRequestTests` sends twenty times as many.
@Suite(.serialized) struct DamagedRequestTests {
  private static let factor =
    ProcessInfo.processInfo.environment["NANOVLA_FUZZ"].flatMap { Int($0) } ?? 1

  @Test func `damaged requests never crash a server or keep it from the next`() async throws {
    let server = try TestServer(usesProprioception: false) { $0.patience = 0.5 }
    let seeds = try [
      "act-request.http", "act-encoded-request.http", "act-oft-request.http",
      "act-error-request.http", "openpi-client-to-server.bin",
    ].map { [UInt8](try recorded($0)) }
    var random = SeededRandom(seed: 1)
    for round in 0..<2500 * Self.factor {
      let client = try server.client()
      client.send(Data(Self.damaged(seeds[round % seeds.count], using: &random)))
      client.endWriting()
      await client.readToEnd()
    }
    #expect(try await server.client().ask("GET", "/health").status == 200)
  }

  @Test func `damaged frames never crash a server or keep it from the next`() async throws {
    let server = try TestServer(usesProprioception: false) { $0.patience = 0.5 }
    let seeds = try [
      "openpi-2-observation.msgpack", "vlaeval-1-hello-client.msgpack",
      "vlaeval-3-episode-start.msgpack", "vlaeval-4-observation.msgpack",
    ].map { [UInt8](try recorded($0)) }
    var random = SeededRandom(seed: 2)
    for round in 0..<100 * Self.factor {
      let client = try server.client()
      try await client.upgrade(round % 2 == 0 ? "/openpi" : "/vla-eval")
      // Some whole frames with damaged messages, then a damaged frame.
      for _ in 0..<25 {
        let message = Self.damaged(seeds[random.integer(below: seeds.count)], using: &random)
        client.send(frame: Data(message))
      }
      client.send(
        Data(Self.damaged([0x82, 0xfe, 0, 130, 1, 2, 3, 4] + seeds[1].prefix(130), using: &random)))
      client.endWriting()
      await client.readToEnd()
    }
    #expect(try await server.client().ask("GET", "/health").status == 200)
  }

  /// Up to four changes: a byte, a piece cut out, a piece repeated, the end missing.
  private static func damaged(_ bytes: [UInt8], using random: inout SeededRandom) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.integer(below: 4) where !bytes.isEmpty {
      let start = random.integer(below: bytes.count)
      let end = min(bytes.count, start + 1 + random.integer(below: 16))
      switch random.integer(below: 5) {
      case 0, 1: bytes[start] = UInt8(random.integer(below: 256))
      case 2: bytes.removeSubrange(start..<end)
      case 3: bytes.insert(contentsOf: bytes[start..<end], at: start)
      default: bytes.removeSubrange(start...)
      }
    }
    return bytes
  }
}
