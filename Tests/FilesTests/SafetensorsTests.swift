import Foundation
import Testing

@testable import Files
@testable import Tensors

/// A path in a folder of its own, removed after `body`.
private func withTemporaryFile<R>(_ contents: Data? = nil, _ body: (URL) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("safetensors-" + UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let url = folder.appendingPathComponent("model.safetensors")
  try contents?.write(to: url)
  return try body(url)
}

/// A file with this header and this many zero bytes after it.
private func file(_ header: String, dataBytes: Int = 0) -> Data {
  let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
  return length + Data(header.utf8) + Data(count: dataBytes)
}

/// Why the file is refused; nil if it is read. Checks that the message is one short line.
private func refusal(_ contents: Data) throws -> SafetensorsError.Reason? {
  try withTemporaryFile(contents) { refusal(at: $0) }
}

private func refusal(at url: URL) -> SafetensorsError.Reason? {
  do {
    let file = try SafetensorsFile(url: url)
    for name in file.names { _ = try file.values(of: name) }
    return nil
  } catch {
    let message = error.description
    #expect(message.hasPrefix(url.path + ": "))
    #expect(!message.contains(where: \.isNewline) && message.utf8.count < 3000)
    return error.reason
  }
}

@Suite struct SafetensorsRoundTripTests {
  private static let tensors: [(name: String, shape: [Int], values: [Float])] = [
    ("b.weight", [2, 3], [1, -2, 0.5, 65504, 0x1p-24, -0.0]),
    ("a", [2], [Float(bitPattern: 0x3DCC_C000), .infinity]),
    ("é\"\\\n\u{1}", [], [3]),
    ("empty", [0, 4], []),
  ]

  // `safetensors.numpy.save` (0.8.0) of the same float16 arrays.
  private static let pythonsBytes: [UInt8] =
    [0x18, 1, 0, 0, 0, 0, 0, 0]
    + Array(
      (#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"#
        + #""b.weight":{"dtype":"F16","shape":[2,3],"data_offsets":[4,16]},"#
        + #""empty":{"dtype":"F16","shape":[0,4],"data_offsets":[16,16]},"#
        + #""é\"\\\n\u0001":{"dtype":"F16","shape":[],"data_offsets":[16,18]}}    "#).utf8)
    + [0x66, 0x2E, 0x00, 0x7C, 0x00, 0x3C, 0x00, 0xC0, 0x00, 0x38, 0xFF, 0x7B, 0x01, 0x00]
    + [0x00, 0x80, 0x00, 0x42]

  @Test("The bytes written are those of Python's safetensors, in whatever order tensors come")
  func writesPythonsBytes() throws {
    try withTemporaryFile { url in
      for tensors in [Self.tensors, Self.tensors.reversed()] {
        try Safetensors.write(tensors, as: .float16, metadata: ["format": "pt"], to: url)
        let written = try [UInt8](Data(contentsOf: url))
        #expect(written == Self.pythonsBytes)
      }
    }
  }

  @Test("A file written by Python gives its names, shapes, types, metadata and values")
  func readsPythonsFile() throws {
    try withTemporaryFile(Data(Self.pythonsBytes)) { url in
      let file = try SafetensorsFile(url: url)
      #expect(file.names == ["a", "b.weight", "empty", "é\"\\\n\u{1}"])
      #expect(file.metadata == ["format": "pt"])
      for (name, shape, values) in Self.tensors {
        #expect(try file.shape(of: name) == shape)
        #expect(try file.dataType(of: name) == .float16)
        let bits = try file.values(of: name).map(\.bitPattern)
        #expect(bits == values.map(\.bitPattern))
      }
    }
  }

  @Test("Float32 values come back bit for bit, bfloat16 values rounded to 8 bits of precision")
  func roundTrips() throws {
    var random = SeededRandom(seed: 1)
    let values = (0..<1001).map { _ in random.normal() } + [.nan, -.infinity, 0x1p-149]
    let tensors = [(name: "x", shape: [values.count], values: values)]
    try withTemporaryFile { url in
      try Safetensors.write(tensors, to: url)
      let exact = try SafetensorsFile(url: url).values(of: "x").map(\.bitPattern)
      #expect(exact == values.map(\.bitPattern))
      try Safetensors.write(tensors, as: .bfloat16, to: url)
      let rounded = try SafetensorsFile(url: url).values(of: "x")
      for (one, other) in zip(values, rounded) where one.isFinite {
        #expect(abs(one - other) <= abs(one) / 256 + 0x1p-134)
      }
    }
  }

  @Test("Numbers at odd addresses are read; types that are only listed are refused by name")
  func unalignedAndListed() throws {
    let header =
      #"{"flag":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}, "#
      + #""x":{"dtype":"F32","shape":[2],"data_offsets":[1,9]},"#
      + #""f4":{"dtype":"F4","shape":[2],"data_offsets":[9,10]}} "#
    for padding in 0..<8 {
      var contents = file(header + String(repeating: " ", count: padding), dataBytes: 1)
      for value in [Float(1.5), -0.1] {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { contents.append(contentsOf: $0) }
      }
      contents.append(0)
      try withTemporaryFile(contents) { url in
        let file = try SafetensorsFile(url: url)
        #expect(file.names == ["flag", "x", "f4"])
        #expect(try file.values(of: "x") == [1.5, -0.1])
        #expect(try file.dataType(of: "f4") == .float4)
        let reason = SafetensorsError.Reason.unreadableDataType(tensor: "flag", .bool)
        #expect(throws: SafetensorsError(file: url.path, reason: reason)) {
          try file.values(of: "flag")
        }
      }
    }
  }

  @Test("A missing tensor's error names the nearest ones")
  func missingTensor() throws {
    try withTemporaryFile { url in
      let names = ["head.bias", "head.weight", "vision.norm.weight", "z"]
      try Safetensors.write(names.map { ($0, [1], [0]) }, to: url)
      let file = try SafetensorsFile(url: url)
      let error = #expect(throws: SafetensorsError.self) { try file.shape(of: "head.wieght") }
      let nearest = ["head.weight", "head.bias", "z"]
      #expect(error?.reason == .missingTensor("head.wieght", nearest: nearest, count: 4))
    }
  }

  @Test("A value that float16 or bfloat16 would turn into infinity is refused, nothing is written")
  func overflow() throws {
    try withTemporaryFile { url in
      let ranges: [(SafetensorsDataType, Float)] = [
        (.float16, 65519.996), (.bfloat16, 0x1.fefffep127),
      ]
      for (type, largest) in ranges {
        try Safetensors.write([("x", [1], [-largest])], as: type, to: url)
        #expect(try SafetensorsFile(url: url).values(of: "x")[0].isFinite)
        try FileManager.default.removeItem(at: url)
        let reason = SafetensorsError.Reason.valueTooLarge(
          tensor: "x", value: largest.nextUp, type)
        #expect(throws: SafetensorsError(file: url.path, reason: reason)) {
          try Safetensors.write([("x", [1], [largest.nextUp])], as: type, to: url)
        }
        #expect(!FileManager.default.fileExists(atPath: url.path))
      }
    }
  }

  @Test("A place that cannot be written is refused and left as it was")
  func unwritablePlaces() throws {
    try withTemporaryFile(Data("text".utf8)) { url in
      for place in [url.appendingPathComponent("x"), url.deletingLastPathComponent()] {
        let error = #expect(throws: SafetensorsError.self) {
          try Safetensors.write([("x", [1], [1])], to: place)
        }
        guard case .cannotWrite = error?.reason else { throw error! }
      }
      #expect(try Data(contentsOf: url) == Data("text".utf8))
      let folder = try FileManager.default.contentsOfDirectory(
        atPath: url.deletingLastPathComponent().path)
      #expect(folder == ["model.safetensors"])
    }
  }
}

@Suite struct SafetensorsRefusalTests {
  /// A header of one tensor "x".
  private func x(_ type: String, _ shape: String, _ offsets: String) -> String {
    #"{"x":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
  }

  @Test("A file without a whole header is refused")
  func lengths() throws {
    #expect(try refusal(Data()) == .tooShort(bytes: 0))
    #expect(try refusal(Data(count: 7)) == .tooShort(bytes: 7))
    let claims: [UInt64] = [1, .max, 1 << 63]
    for claim in claims {
      let contents = withUnsafeBytes(of: claim.littleEndian) { Data($0) }
      #expect(try refusal(contents) == .headerTooLong(bytes: claim, limit: 0))
    }
    #expect(try refusal(file("{}")) == nil)
  }

  @Test("A header of more than 100 MB is refused unread, though the file is long enough")
  func hugeHeader() throws {
    let claim: UInt64 = 100_000_001
    try withTemporaryFile(withUnsafeBytes(of: claim.littleEndian) { Data($0) }) { url in
      let handle = try FileHandle(forWritingTo: url)
      try handle.truncate(atOffset: 200_000_000)  // a sparse file: it takes no disk
      try handle.close()
      let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(url: url) }
      #expect(error?.reason == .headerTooLong(bytes: claim, limit: 100_000_000))
    }
  }

  @Test("A folder, a missing file and a pipe are refused without waiting")
  func notFiles() throws {
    try withTemporaryFile { url in
      let pipe = url.deletingLastPathComponent().appendingPathComponent("pipe")
      #expect(mkfifo(pipe.path, 0o600) == 0)
      for place in [url, url.deletingLastPathComponent(), pipe] {
        let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(url: place) }
        guard case .cannotOpen = error?.reason else { throw error! }
      }
    }
  }

  @Test(
    "A header that is not the format's JSON is refused",
    arguments: [
      "", "[]", "null", " {}", "{", "{}x", "{} {}", "{]", #"{"x"}"#, #"{"x":1}"#, #"{"x":{}}"#,
      #"{"x":{"dtype":"F32","shape":[],"data_offsets":[0]}}"#,
      #"{"x":{"dtype":"F32","shape":[],"data_offsets":[0,4,4]}}"#,
      #"{"x":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#,
      #"{"x":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}"#,
      #"{"x":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}"#,
      #"{"x":{"dtype":"F32","shape":[1,],"data_offsets":[0,4]}}"#,
      #"{"x":{"dtype":4,"shape":[1],"data_offsets":[0,4]}}"#,
      #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":{}}}"#,
      #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}"#,
      #"{"__metadata__":{"step":3}}"#, #"{"__metadata__":[]}"#, #"{"\ud800":{}}"#, #"{"\q":{}}"#,
      #"{"a\"#, "{\"a\t\":{}}",
    ])
  func badJSON(header: String) throws {
    guard case .badHeader = try refusal(file(header, dataBytes: 4)) else {
      Issue.record("accepted: \(header)")
      return
    }
  }

  @Test("Invalid UTF-8 in a name is refused")
  func invalidUTF8() throws {
    var contents = file(x("F32", "[1]", "[0,4]"), dataBytes: 4)
    contents[10] = 0xFF
    guard case .badHeader = try refusal(contents) else { throw CancellationError() }
  }

  @Test("A million levels of nesting and a million axes are refused at once")
  func deepAndLong() throws {
    let deep = String(repeating: "[", count: 1_000_000)
    let objects = String(repeating: #"{"a":"#, count: 1_000_000)
    let long = "[" + String(repeating: "0,", count: 1_000_000) + "0]"
    let shapes = [x("F32", deep, "[0,4]"), x("F32", long, "[0,0]")]
    for header in [deep, objects, #"{"x":\#(deep)"#] + shapes {
      let reason = try refusal(file(header))
      guard case .badHeader(let problem) = reason else { throw CancellationError() }
      let byte = try #require(problem.split(separator: " ").last.flatMap { Int($0) })
      #expect(byte < 1000)
    }
  }

  @Test("A name that occurs twice is refused, in all three levels of the header")
  func duplicates() throws {
    let twice = #"{"x":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"#
    let again = twice + #""\u0078":{"dtype":"F32","shape":[],"data_offsets":[4,8]}}"#
    #expect(try refusal(file(again, dataBytes: 8)) == .duplicateName("x"))
    #expect(try refusal(file(#"{"x":{"shape":[],"shape":[]}}"#)) == .duplicateName("shape"))
    let metadata = #"{"__metadata__":{"k":"1","k":"2"}}"#
    #expect(try refusal(file(metadata)) == .duplicateName("k"))
  }

  @Test("An unknown dtype is refused by name, also when the name is hostile")
  func unknownDataTypes() throws {
    for type in ["F33", "", "f32", "\u{2028}\u{202E}" + String(repeating: "q", count: 100_000)] {
      let reason = try refusal(file(x(type, "[1]", "[0,4]"), dataBytes: 4))
      #expect(reason == .unknownDataType(tensor: "x", name: type))
    }
  }

  @Test("A shape with a negative axis, an overflowing product or half a byte is refused")
  func badShapes() throws {
    let shapes = [[-1], [-2, -2], [1 << 62, 2], [1 << 32, 1 << 32], [Int.max], [Int.min, 0]]
    for shape in shapes {
      let reason = try refusal(file(x("F32", "\(shape)", "[0,4]"), dataBytes: 4))
      #expect(reason == .badShape(tensor: "x", shape: shape))
    }
    let half = try refusal(file(x("F4", "[3]", "[0,2]"), dataBytes: 2))
    #expect(half == .badShape(tensor: "x", shape: [3]))
    #expect(try refusal(file(x("F32", "[0,9223372036854775807,9]", "[0,0]"))) == nil)
  }

  @Test("Offsets outside the data, turned round or not matching the shape are refused")
  func badOffsets() throws {
    for (begin, end) in [(-4, 0), (4, 0), (0, 8), (0, Int.max), (Int.min, Int.max), (8, 12)] {
      let reason = try refusal(file(x("F32", "[1]", "[\(begin),\(end)]"), dataBytes: 4))
      #expect(reason == .badOffsets(tensor: "x", begin: begin, end: end, dataBytes: 4))
    }
    let reason = try refusal(file(x("F32", "[2]", "[0,4]"), dataBytes: 4))
    #expect(reason == .wrongSpan(tensor: "x", bytes: 4, needed: "F32 [2] needs 8"))
  }

  @Test("Tensors that overlap, holes between them and bytes after the last are refused")
  func layout() throws {
    func two(_ a: String, _ b: String, dataBytes: Int) throws -> SafetensorsError.Reason? {
      let header =
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":\#(a)},"#
        + #""b":{"dtype":"U8","shape":[4],"data_offsets":\#(b)}}"#
      return try refusal(file(header, dataBytes: dataBytes))
    }
    let overlap = SafetensorsError.Reason.overlap(tensor: "b", begin: 3, previousEnd: 4)
    #expect(try two("[0,4]", "[3,7]", dataBytes: 7) == overlap)
    #expect(try two("[0,4]", "[5,9]", dataBytes: 9) == .hole(begin: 4, end: 5))
    #expect(try two("[8,12]", "[4,8]", dataBytes: 12) == .hole(begin: 0, end: 4))
    #expect(try two("[4,8]", "[0,4]", dataBytes: 9) == .hole(begin: 8, end: 9))
    let listed = SafetensorsError.Reason.unreadableDataType(tensor: "b", .uint8)
    #expect(try two("[4,8]", "[0,4]", dataBytes: 8) == listed)
  }

  @Test("Thousands of damaged files are read or refused, but never crash")
  func damage() throws {
    var random = SeededRandom(seed: 7)
    let tensors: [(name: String, shape: [Int], values: [Float])] = (0..<4).map { i in
      ("layer.\(i).\"weight\"", [i, 3], (0..<i * 3).map { Float($0) })
    }
    let valid = try withTemporaryFile { url in
      try Safetensors.write(tensors, as: .float16, metadata: ["format": "pt"], to: url)
      return try [UInt8](Data(contentsOf: url))
    }
    let likely = Array(#"{}[]",:\0123456789-eE.u"#.utf8)
    var refused = 0
    try withTemporaryFile { url in
      for _ in 0..<5000 {
        var bytes = valid
        for _ in 0...random.integer(below: 4) where !bytes.isEmpty {
          let place = random.integer(below: bytes.count)
          switch random.integer(below: 6) {
          case 0: bytes[place] = UInt8(random.integer(below: 256))
          case 1: bytes[place] = likely[random.integer(below: likely.count)]
          case 2: bytes.insert(likely[random.integer(below: likely.count)], at: place)
          case 3: bytes.remove(at: place)
          case 4: bytes.removeLast(bytes.count - place)
          default:
            bytes[random.integer(below: min(8, bytes.count))] ^= 1 << random.integer(below: 8)
          }
        }
        try Data(bytes).write(to: url)
        if refusal(at: url) != nil { refused += 1 }
      }
      #expect(refused > 3000)  // most damage is noticed; a changed number cannot be
      for length in valid.indices {
        try Data(valid.prefix(length)).write(to: url)
        #expect(refusal(at: url) != nil)
      }
    }
  }
}
