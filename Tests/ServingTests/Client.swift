import Foundation
import NanoVLA
import Tensors
import TestSupport
import Testing

@testable import Serving

/// A client of a server in this process, over a real socket, with blocking calls.
final class Client {
  private let descriptor: Int32
  private var received: [UInt8] = []

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(status == 0)
  }

  deinit { close(descriptor) }

  func send(_ data: Data) {
    var rest = data
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  /// The next `count` bytes; fewer if the server closed, or said nothing for half a minute. It waits
  /// without keeping a thread, which the server needs too.
  func read(_ count: Int) async -> [UInt8] {
    let end = ContinuousClock.now + .seconds(30)
    while received.count < count {
      var buffer = [UInt8](repeating: 0, count: 65536)
      let read = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if read < 0, errno == EAGAIN, .now < end {
        try? await Task.sleep(for: .milliseconds(1))
        continue
      }
      if read <= 0 { break }
      received += buffer[..<read]
    }
    defer { received.removeFirst(min(count, received.count)) }
    return Array(received.prefix(count))
  }

  /// Whether the server has closed the connection.
  var isAtEnd: Bool { get async { await read(1).isEmpty } }

  /// Says that nothing more comes.
  func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Reads until the server closes.
  func readToEnd() async { while await !read(1 << 16).isEmpty {} }

  /// The next reply of HTTP.
  func reply() async throws -> (status: Int, headers: [String: String], body: String) {
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)) {
      let byte = await read(1)
      try #require(
        !byte.isEmpty, "the server closed after \(String(decoding: head, as: UTF8.self))")
      head += byte
    }
    let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
    let status = try #require(Int(lines[0].split(separator: " ")[1]))
    var headers: [String: String] = [:]
    for line in lines.dropFirst() where line.contains(":") {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    return (status, headers, String(decoding: await read(length), as: UTF8.self))
  }

  /// Asks with a method, a path, a body.
  func ask(_ method: String, _ path: String, _ body: String = "", _ headers: String = "")
    async throws
    -> (status: Int, headers: [String: String], body: String)
  {
    send(
      Data(
        "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
          .utf8))
    return try await reply()
  }

  // MARK: - WebSocket

  /// Becomes a WebSocket.
  func upgrade(_ path: String = "/", followedBy frame: Data = Data()) async throws {
    send(
      Data(
        """
        GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n
        """.utf8) + frame)
    let reply = try await reply()
    try #require(reply.status == 101)
    // RFC 6455, §1.3
    #expect(reply.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }

  /// Sends a masked frame.
  func send(frame payload: Data, opcode: UInt8 = 2, isLast: Bool = true) {
    send(Self.masked(payload, opcode: opcode, isLast: isLast))
  }

  /// A frame as a client sends it.
  static func masked(_ payload: Data, opcode: UInt8 = 2, isLast: Bool = true) -> Data {
    var head: [UInt8] = [(isLast ? 0x80 : 0) | opcode]
    if payload.count < 126 {
      head.append(0x80 | UInt8(payload.count))
    } else if payload.count <= 65535 {
      head += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    } else {
      head += [0x80 | 127] + withUnsafeBytes(of: UInt64(payload.count).bigEndian, Array.init)
    }
    let mask: [UInt8] = [1, 2, 3, 4]
    return Data(head + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] })
  }

  /// The next frame; nil at the end.
  func frame() async -> (opcode: UInt8, payload: Data)? {
    let head = await read(2)
    guard head.count == 2 else { return nil }
    var length = Int(head[1] & 0x7f)
    if length == 126 { length = await read(2).reduce(0) { $0 << 8 | Int($1) } }
    if length == 127 { length = await read(8).reduce(0) { $0 << 8 | Int($1) } }
    return (head[0] & 15, Data(await read(length)))
  }
}

/// A server of the toy policy for one test.
final class TestServer {
  let server: PolicyServer
  let policy: VLA

  init(
    usesProprioception: Bool = true, _ change: (inout PolicyServer.Settings) -> Void = { _ in }
  ) throws {
    policy = try Self.policy(usesProprioception: usesProprioception)
    let served = try ServedPolicy(
      Self.policy(usesProprioception: usesProprioception), name: "toy",
      statistics: ["tabletop": .bundled()])
    var settings = PolicyServer.Settings(port: 0)
    change(&settings)
    let server = try PolicyServer(served, settings)
    self.server = server
    server.start()
  }

  static func policy(usesProprioception: Bool) throws -> VLA {
    if usesProprioception { return try ClonedPolicy.copy() }
    var random = SeededRandom(seed: 3)
    return try VLA(
      backbone: .bundled(), statistics: .bundled(), usesProprioception: false, using: &random)
  }

  func client() throws -> Client { try Client(port: server.port) }

  deinit { server.stop() }
}

/// A recorded exchange.
func recorded(_ name: String) throws -> Data {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/doors")
  return try Data(contentsOf: folder.appending(path: name))
}
