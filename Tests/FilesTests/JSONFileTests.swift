import Files
import Foundation
import Testing

@Suite struct JSONFileTests {
  private func parse(_ text: String) throws -> JSONValue {
    try JSONFile.parse(Data(text.utf8), name: "config.json")
  }

  /// The line of the error that `body` throws.
  private func refusal(_ body: () throws -> Void) -> String {
    let error = #expect(throws: JSONFileError.self) { try body() }
    let line = error.map { "\($0)" } ?? "no error"
    #expect(!line.contains("\n"))
    return line
  }

  @Test("values are found by their keys; what is missing or null gives the default")
  func navigation() throws {
    let json = try parse(
      """
      {"text_config": {"hidden_size": 32, "eps": 1e-5, "act": "gelu", "bias": false,
       "layers": [1, [2, 3]], "rope_parameters": {"rope_theta": 5000}, "window": null}}
      """)
    let text = json["text_config"]
    #expect(try text["hidden_size"].int(1...64) == 32)
    #expect(try text["hidden_size"].number(0...64) == 32)
    #expect(try text["eps"].number(0...1) == 1e-5)
    #expect(try text["act"].string() == "gelu")
    #expect(try text["act"].choice(["gelu": 1, "relu": 2]) == 1)
    #expect(try text["bias"].bool() == false)
    #expect(try text["layers"][1][0].int(0...9) == 2)
    #expect(try text["layers"].array().count == 2)
    #expect(try text.object().keys.sorted().first == "act")
    #expect(try text["window"].int(0...9, default: 7) == 7)
    #expect(try json["vision_config"]["deep"][3]["er"].bool(default: true))
    #expect(!text["window"].exists)
    let theta = text["rope_theta"].or(text["rope_parameters"]["rope_theta"])
    #expect(try theta.number(1...1e9) == 5000)
    #expect(try parse("17").int(0...99) == 17)
  }

  @Test("of two equal keys the last counts; numbers and escapes are read as JSON spells them")
  func spelling() throws {
    let json = try parse("{\"a\": 1, \"a\": 2}")
    #expect(try json["a"].int(0...9) == 2)
    let numbers = try parse("[-0, 0, 10, -1.5e3, 2E+2, 1e-2, 0.25]").array()
    #expect(
      try numbers.map { try $0.number(-1e9...1e9) } == [0, 0, 10, -1500, 200, 0.01, 0.25])
    let text = try parse("\"\\u00e9 \\ud83e\\udd16 \\n\\/\"")
    #expect(try text.string() == "é 🤖 \n/")
  }

  @Test("numbers and truth values are not taken for one another")
  func types() throws {
    let json = try parse("{\"yes\": true, \"one\": 1, \"half\": 0.5, \"whole\": 2.0}")
    #expect(try json["whole"].int(0...9) == 2)
    let lines = [
      refusal { _ = try json["yes"].int(0...9) }, refusal { _ = try json["yes"].number(0...9) },
      refusal { _ = try json["one"].bool() }, refusal { _ = try json["half"].int(0...9) },
      refusal { _ = try json["one"].string() }, refusal { _ = try json["one"].array() },
      refusal { _ = try json["one"].object() },
    ]
    #expect(
      lines.allSatisfy {
        $0.hasPrefix("config.json: ") && $0.contains(", not a") || $0.contains(", not true")
      })
  }

  @Test("an error names the file, the way to the key, the value and the remedy")
  func errors() throws {
    let json = try parse("{\"a\": {\"b\": [1, {\"c\": \"x\"}], \"d\\ne\": 5}}")
    let type = refusal { _ = try json["a"]["b"][1]["c"].int(0...9) }
    #expect(
      type
        == "config.json: a.b[1].c is \"x\", not a whole number; correct it, or download the file again"
    )
    let missing = refusal { _ = try json["a"]["z"]["y"].string() }
    #expect(missing == "config.json: a.z.y is missing; add it, or download the file again")
    let range = refusal { _ = try json["a"]["b"][0].int(2...9) }
    #expect(range == "config.json: a.b[0] is 1, but must be from 2 to 9; correct it")
    let choice = refusal { _ = try json["a"]["b"][1]["c"].choice(["q": 0, "p": 1]) }
    #expect(choice == "config.json: a.b[1].c is \"x\", which is not supported; supported: p, q")
    let newline = refusal { _ = try json["a"]["d\ne"].bool() }
    #expect(newline.contains("a.de is 5, not true or false"))
  }

  @Test(
    "text that is not JSON is refused",
    arguments: [
      "", " ", "{", "{\"a\"", "{\"a\":}", "nul", "[01]", "\"", "\"\\",
      "[\"\\u12\"]",
      "{\"a\": 1} x", "]]]]", "\u{0}", "[1, nan]", "[+Infinity]", "\"\u{1}\"", "+1", ".5", "1.",
      "-", "-01", "1e",
      "0x10", "1 2", "[1,]", "{\"a\": 1,}", "{a: 1}", "'a'", "[inf]", "\"\\x\"", "\"\\ud800\"",
    ])
  func notJSON(text: String) {
    let line = refusal { _ = try parse(text) }
    #expect(line.hasPrefix("config.json: not JSON: "))
  }

  @Test("a byte order mark is passed over at the beginning, and only there")
  func byteOrderMark() throws {
    let mark = "\u{FEFF}"
    #expect(try parse(mark + "{\"a\": 1}")["a"].int(0...9) == 1)
    for text in [mark, mark + mark + "1", "[" + mark + "1]", "1" + mark] {
      let line = refusal { _ = try parse(text) }
      #expect(line.hasPrefix("config.json: not JSON: "))
    }
  }

  @Test("NaN and Infinity are read where nothing asks for them, and named where something does")
  func notFinite() throws {
    let json = try parse("{\"limit\": [0.0, Infinity, NaN, -Infinity, 1e999], \"width\": 3}")
    #expect(try json["width"].int(0...9) == 3)
    for (index, value) in [(1, "inf"), (2, "nan"), (3, "-inf"), (4, "inf")] {
      let item = json["limit"][index]
      let line = refusal { _ = try item.number(-1e300...1e300) }
      #expect(
        line == "config.json: limit[\(index)] is \(value), but must be a finite number; correct it")
      let decoded = refusal { _ = try item.decoded(Float.self) }
      #expect(decoded.contains("limit[\(index)] is \(value)"))
      let whole = refusal { _ = try item.int(0...9) }
      #expect(whole.contains("limit[\(index)] is \(value), not a whole number"))
    }
  }

  @Test("nesting is refused beyond 64 levels")
  func nesting() throws {
    func nested(_ levels: Int, _ open: String = "[", _ close: String = "]") -> String {
      String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels)
    }
    #expect(try parse(nested(64))[0][0].exists)
    #expect(try parse("[\"" + nested(100) + "\\\"[[\"]")[0].exists)  // brackets in a string
    let texts = [
      nested(65), nested(100_000), nested(100_000, "{\"a\":", "}"), nested(1000, "[{\"a\":[", ""),
      String(repeating: "[", count: 100_000),
    ]
    for text in texts {
      let line = refusal { _ = try parse(text) }
      #expect(line.contains("nested deeper than 64 levels"))
    }
    // In UTF-16, the letter U+0122 has the byte of a quotation mark and would hide what follows.
    let wide =
      Data([0xFF, 0xFE]) + ("[\"\u{122}\"," + nested(100_000)).data(using: .utf16LittleEndian)!
    let line = refusal { _ = try JSONFile.parse(wide, name: "config.json") }
    #expect(line.contains("a zero byte"))
  }

  @Test("more values than any model file has are refused")
  func width() {
    for item in ["[],", "1,", "{},"] {
      let text = "[" + String(repeating: item, count: Limits.jsonValues + 1) + "1]"
      let line = refusal { _ = try parse(text) }
      #expect(line.contains("more than 4000000 values"))
    }
  }

  @Test("numbers beyond every type are refused or out of range, never a crash")
  func giantNumbers() throws {
    let digits = String(repeating: "9", count: 5000)
    for number in [digits, "-" + digits, "1e308", "9223372036854775808", "1.7976931348623157e308"] {
      do {
        let json = try parse("[\(number)]")
        let line = refusal { _ = try json[0].int(0...9) }
        #expect(line.utf8.count < 300)
        let other = refusal { _ = try json[0].number(-1e9...1e9) }
        #expect(other.utf8.count < 300)
      } catch is JSONFileError {}
    }
    let exact = try parse("[9223372036854775807, -9223372036854775808]")
    #expect(try exact[0].int(0...Int.max) == Int.max)
    #expect(try exact[1].int(Int.min...0) == Int.min)
  }

  @Test("a missing file, a folder, a device and a file too large are refused before reading")
  func files() throws {
    for path in ["/nowhere/config.json", "/tmp", "/dev/zero"] {
      let line = refusal { _ = try JSONFile.read(URL(filePath: path)) }
      #expect(line.hasPrefix("\(path): "))
      #expect(line.hasSuffix("give the path of a JSON file"))
    }
    let large = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
    try Data().write(to: large)
    defer { try? FileManager.default.removeItem(at: large) }
    let handle = try FileHandle(forWritingTo: large)
    try handle.truncate(atOffset: UInt64(Limits.jsonBytes + 1))  // a hole: takes no disk
    try handle.close()
    let line = refusal { _ = try JSONFile.read(large) }
    #expect(line.contains("67108865 bytes; at most 67108864 are read"))
  }
}
