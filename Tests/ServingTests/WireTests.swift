import Foundation
import Images
import Testing

@testable import Serving

@Suite struct MessagePackTests {
  @Test(arguments: [
    "openpi-1-metadata", "openpi-2-observation", "openpi-3-actions", "openpi-4-actions-second",
    "vlaeval-1-hello-client", "vlaeval-2-hello-server", "vlaeval-3-episode-start",
    "vlaeval-4-observation", "vlaeval-5-action", "vlaeval-6-episode-end",
  ])
  func `a recorded message is read and written again byte for byte`(_ name: String) throws {
    let data = try recorded(name + ".msgpack")
    #expect(try MessagePack(data).data == data)
  }

  @Test func `numbers and lengths take the shortest form`() {
    func bytes(_ value: MessagePack) -> [UInt8] { Array(value.data) }
    #expect(bytes(.int(127)) == [0x7f])
    #expect(bytes(.int(128)) == [0xcc, 128])
    #expect(bytes(.int(256)) == [0xcd, 1, 0])
    #expect(bytes(.int(65536)) == [0xce, 0, 1, 0, 0])
    #expect(bytes(.int(1 << 32)) == [0xcf, 0, 0, 0, 1, 0, 0, 0, 0])
    #expect(bytes(.int(-32)) == [0xe0])
    #expect(bytes(.int(-33)) == [0xd0, 0xdf])
    #expect(bytes(.int(-129)) == [0xd1, 0xff, 0x7f])
    #expect(bytes(.text("ab")) == [0xa2, 0x61, 0x62])
    #expect(bytes(.text(String(repeating: "a", count: 32))).prefix(2) == [0xd9, 32])
    #expect(bytes(.bytes(Data([1]))) == [0xc4, 1, 1])
    #expect(bytes(.array(Array(repeating: .null, count: 16))).prefix(3) == [0xdc, 0, 16])
    #expect(bytes(.float(1)) == [0xca, 0x3f, 0x80, 0, 0])
  }

  @Test func `every value survives being written and read`() throws {
    let values: [MessagePack] = [
      .null, .bool(true), .bool(false), .int(.min), .int(.max), .uint(.max), .int(-1), .float(-0.5),
      .double(.pi), .text("é🤖"), .bytes(Data(count: 70_000)), .other(type: -1, Data(count: 8)),
      .other(type: 5, Data(count: 3)), .array(Array(repeating: .int(7), count: 70_000)),
      .map((0..<20).map { .init(.int($0), .text("\($0)")) }),
    ]
    for value in values { #expect(try MessagePack(value.data) == value) }
  }

  @Test(arguments: [
    [], [0xc1], [0xc4, 5, 1], [0xdb, 0xff, 0xff, 0xff, 0xff], [0xdd, 0xff, 0xff, 0xff, 0xff],
    [0xdf, 0x7f, 0xff, 0xff, 0xff, 0], [0xa1, 0xff], [0x01, 0x02], [0x81, 0x01],
  ])
  func `bytes that are no message are refused`(_ bytes: [UInt8]) {
    #expect(throws: MessagePackError.self) { try MessagePack(Data(bytes)) }
  }

  @Test func `deep nesting and too many values are refused`() {
    let deep = Data(repeating: 0x91, count: 100_000)
    #expect(throws: MessagePackError.self) { try MessagePack(deep) }
    let many = Data([0xdd, 0, 3, 0x0d, 0x40]) + Data(repeating: 0xc0, count: 200_000)
    #expect(throws: MessagePackError.self) { try MessagePack(many) }
  }

  @Test func `damaged messages throw or are read, and never crash`() throws {
    var random = SystemRandomNumberGenerator()
    let seeds = try ["openpi-2-observation", "vlaeval-4-observation", "vlaeval-2-hello-server"]
      .map { [UInt8](try recorded($0 + ".msgpack")) }
    for round in 0..<20_000 {
      var bytes = seeds[round % seeds.count]
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      if round % 3 == 0 { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random)) }
      if let value = try? MessagePack(Data(bytes)) { _ = value.data }
    }
  }
}

@Suite struct NumPyArrayTests {
  @Test func `a recorded image and state have the recorded values in every protocol`() throws {
    let openpi = try MessagePack(recorded("openpi-2-observation.msgpack"))
    let observation = try #require(openpi["observation/image"])
    let image = try NumPyArray(observation, "image").image("image")
    #expect(image.width == 4 && image.height == 4)
    #expect(image.pixels == (0..<48).map { UInt8(5 * $0) })
    let state = try NumPyArray(try #require(openpi["observation/state"]), "state").floats("state")
    #expect(state == [0.1, 0.2, 0.3, 0, 0, 0, 0.04, -0.04])
  }

  @Test func `an array of planes becomes rows of pixels`() throws {
    let planes = try NumPyArray(
      dtype: "|u1", shape: [3, 1, 2], bytes: Data([10, 11, 20, 21, 30, 31]))
    #expect(try planes.image("x").pixels == [10, 20, 30, 11, 21, 31])
  }

  @Test func `wrong types, shapes and bytes are refused before they are used`() throws {
    func refused(_ dtype: String, _ shape: [Int], _ count: Int) {
      #expect(throws: RequestProblem.self) {
        _ = try NumPyArray(dtype: dtype, shape: shape, bytes: Data(count: count)).image("x")
      }
    }
    refused("|O", [1, 1, 3], 3)
    refused("<U7", [1, 1, 3], 84)
    refused("|u1", [1, 1, 3], 4)
    refused("|u1", [Int.max, Int.max, 3], 3)
    refused("|u1", [-1, -1, 3], 3)
    refused("|u1", [0, 4, 3], 0)
    refused("|u1", [4, 4], 16)
    refused("|u1", [2, 2, 4], 16)
    refused("<f4", [1, 1, 3], 12)
    refused("|u1", Array(repeating: 1, count: 20), 1)
    #expect(throws: RequestProblem.self) {
      _ = try NumPyArray([.nan, 1], shape: [2]).floats("state")
    }
  }
}

@Suite struct SHA1Tests {
  @Test(arguments: [  // RFC 3174, §7.3, and the empty message
    ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
  ])
  func `it gives the published digests`(_ message: String, _ digest: String) {
    let hex = SHA1.digest(Array(message.utf8)).map {
      String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
    }
    #expect(hex.joined() == digest)
  }
}
