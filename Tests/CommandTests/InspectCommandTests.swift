import Foundation
import Testing

/// `nanovla inspect` on the bundled checkpoints, on damaged ones, and on one of 15 GB.
@Suite struct InspectCommandTests {
  static let fixtures = checkout.appending(path: "Tests/Fixtures/seed0")
  private let temporary = FileManager.default.temporaryDirectory
    .appending(path: "inspect-\(UUID())")

  private let program = Program.product("nanovla")

  private func run(_ folder: URL, _ flags: String..., columns: Int = 80) throws -> Program.Result {
    try program.run(
      ["inspect", folder.path] + flags, in: checkout, environment: ["COLUMNS": "\(columns)"])
  }

  private func json(_ folder: URL) throws -> [String: Any] {
    let result = try run(folder, "--json")
    #expect(result.status == 0)
    #expect(result.output.split(separator: "\n").count == 1)
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require(object as? [String: Any])
  }

  /// Families, parameters (counted by another reader of these headers), and tokens.
  static let bundled: [(String, String, Int, Int?)] = [
    ("blip2_opt", "blip-2", 87_336, 321), ("clip", "clip+gpt2", 61_249, 644),
    ("clip_gpt2", "clip+gpt2", 88_896, 320), ("instructblip_vicuna", "instructblip", 121_000, 389),
    ("llava15", "llava", 94_816, 389), ("llava15_gqa", "llava", 92_768, 389),
    ("llava15_v5keys", "llava", 94_816, nil), ("openvla", "openvla", 115_836, 513),
    ("fastvlm", "fastvlm", 78_836, 324),
    ("llava_next", "llava-1.6", 92_640, 389), ("llava_gemma", "llava", 43_272, 389),
    ("vilt", "vilt", 50_757, 300), ("idefics_flamingo", "flamingo", 141_888, 389),
  ]

  @Test(
    "a bundled checkpoint is summarized by family, size, vocabulary and image input",
    arguments: bundled)
  func bundled(name: String, family: String, parameters: Int, tokens: Int?) throws {
    let found = try json(Self.fixtures.appending(path: name))
    #expect(found["family"] as? String == family)
    #expect(found["parameters"] as? Int == parameters)
    #expect((found["tokenizer"] as? [String: Any])?["vocabularySize"] as? Int == tokens)
    // ViLT keeps an image's aspect.
    let isFixed = tokens != nil && name != "vilt"
    let side = isFixed ? ["llava_next": 28, "fastvlm": 128][name] ?? 42 : nil
    #expect((found["image"] as? [String: Any])?["width"] as? Int == side)
    let layers = try #require(found["layers"] as? [[String: Any]])
    let types = try #require(found["dataTypes"] as? [[String: Any]])
    for key in ["tensors", "numbers", "bytes"] {
      let sums = [layers, types].map { $0.compactMap { $0[key] as? Int }.reduce(0, +) }
      #expect(sums[0] == sums[1])
    }
  }

  @Test("the statistics of OpenVLA's robots are listed by key")
  func statistics() throws {
    let found = try json(Self.fixtures.appending(path: "openvla"))
    let keys = (found["statistics"] as? [[String: Any]])?.compactMap { $0["key"] as? String }
    #expect(keys == ["bridge_orig", "fractal20220817_data"])
  }

  @Test("the overview fits the terminal", arguments: [40, 80, 160])
  func width(columns: Int) throws {
    for (name, family, _, _) in Self.bundled {
      let result = try run(Self.fixtures.appending(path: name), columns: columns)
      #expect(result.status == 0)
      #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= columns })
      #expect(result.output.contains(family))
    }
  }

  @Test("a damaged folder is one line on standard error", arguments: Damage.allCases)
  func damaged(damage: Damage) throws {
    defer { try? FileManager.default.removeItem(at: temporary) }
    let source = damage == .missingShard ? "llava15_gqa" : "llava15"
    try FileManager.default.copyItem(at: Self.fixtures.appending(path: source), to: temporary)
    let result = try run(try damage.apply(to: temporary))
    #expect(result.status == 1)
    #expect(result.output.isEmpty)
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(result.error.contains(damage.word), "\(result.error)")
  }

  @Test("a checkpoint of 15 GB is inspected in less than 2 s of processor time")
  func large() throws {
    defer { try? FileManager.default.removeItem(at: temporary) }
    let source = Self.fixtures.appending(path: "openvla")
    try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    for name in [
      "config.json", "tokenizer.json", "preprocessor_config.json", "dataset_statistics.json",
    ] {
      try FileManager.default.copyItem(
        at: source.appending(path: name), to: temporary.appending(path: name))
    }
    let parameters = try SparseLlama.write(to: temporary)
    let result = try Program("/bin/sh").run(
      ["-c", "ulimit -t 2; exec \"$0\" inspect \"$1\" --json", program.path, temporary.path],
      in: checkout)
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let found = try #require(object as? [String: Any], "\(result.status): \(result.error)")
    #expect(found["parameters"] as? Int == parameters)
    #expect(found["weightBytes"] as? Int == 2 * parameters)
    #expect(2 * parameters > 15_000_000_000)
    #expect((found["layers"] as? [Any])?.count == 8)
  }
}

/// Kinds of damage to a folder, and a word that the error must contain.
enum Damage: String, CaseIterable, CustomTestStringConvertible {
  case empty, absent, file, noConfig, noWeights, deepConfig, notJSON, unknownFamily, truncated
  case longHeader, missingShard, deepTokenizer, badPreprocessor, pipe

  var testDescription: String { rawValue }

  var word: String {
    switch self {
    case .empty, .noConfig: "config.json"
    case .absent, .file: "not a folder"
    case .noWeights, .longHeader, .truncated: "model.safetensors"
    case .deepConfig: "levels"
    case .notJSON: "not JSON"
    case .unknownFamily: "llava, openvla"
    case .missingShard: "model-00003"
    case .deepTokenizer: "tokenizer.json"
    case .badPreprocessor: "preprocessor_config.json"
    case .pipe: "not a regular file"
    }
  }

  /// Damages `folder`; returns what is to be inspected.
  func apply(to folder: URL) throws -> URL {
    let file = { (name: String) in folder.appending(path: name) }
    let manager = FileManager.default
    func write(_ text: String, _ name: String) throws { try Data(text.utf8).write(to: file(name)) }
    let deep = String(repeating: "[", count: 1_000_000)
    switch self {
    case .empty:
      try manager.removeItem(at: folder)
      try manager.createDirectory(at: folder, withIntermediateDirectories: true)
    case .absent: return file("absent")
    case .file: return file("config.json")
    case .noConfig: try manager.removeItem(at: file("config.json"))
    case .noWeights: try manager.removeItem(at: file("model.safetensors"))
    case .deepConfig: try write(deep, "config.json")
    case .notJSON: try write("{\"model_type\": \"llava\"", "config.json")
    case .unknownFamily: try write("{\"model_type\": \"florence2\"}", "config.json")
    case .truncated:
      let handle = try FileHandle(forWritingTo: file("model.safetensors"))
      try handle.truncate(atOffset: 100_000)
      try handle.close()
    case .longHeader:
      try write("\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}\u{7F}{}", "model.safetensors")
    case .missingShard: try manager.removeItem(at: file("model-00003-of-00006.safetensors"))
    case .deepTokenizer: try write(deep, "tokenizer.json")
    case .badPreprocessor:
      try manager.removeItem(at: file("processor_config.json"))
      try write("{}", "preprocessor_config.json")
    case .pipe:
      try manager.removeItem(at: file("config.json"))
      guard mkfifo(file("config.json").path, 0o600) == 0 else {
        throw CocoaError(.fileWriteUnknown)
      }
    }
    return folder
  }
}

/// Sparse files of OpenVLA's size: real headers and no data.
enum SparseLlama {
  /// Writes the files.
  /// - Returns: the number of parameters.
  static func write(to folder: URL) throws -> Int {
    var shards: [[(String, [Int])]] = [[("lm_head.weight", [32_064, 4096])], [], [], []]
    for layer in 0..<38 {
      let prefix = "language_model.model.layers.\(layer)."
      shards[layer / 10] += ["q", "k", "v", "o"].map {
        ("\(prefix)self_attn.\($0)_proj.weight", [4096, 4096])
      }
      shards[layer / 10] += [("\(prefix)mlp.gate_proj.weight", [11_008, 4096])]
      shards[layer / 10] += [("\(prefix)mlp.up_proj.weight", [11_008, 4096])]
      shards[layer / 10] += [("\(prefix)mlp.down_proj.weight", [4096, 11_008])]
    }
    var weightMap: [String: String] = [:]
    var total = 0
    for (number, tensors) in shards.enumerated() {
      let name = "model-0000\(number + 1)-of-00004.safetensors"
      var header: [String: [String: Any]] = [:]
      var end = 0
      for (tensor, shape) in tensors {
        let begin = end
        end += 2 * shape.reduce(1, *)
        header[tensor] = ["dtype": "BF16", "shape": shape, "data_offsets": [begin, end]]
        weightMap[tensor] = name
      }
      let json = try JSONSerialization.data(withJSONObject: header)
      var bytes = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
      bytes.append(json)
      let file = folder.appending(path: name)
      try bytes.write(to: file)
      let handle = try FileHandle(forWritingTo: file)
      try handle.truncate(atOffset: UInt64(bytes.count + end))
      try handle.close()
      total += end / 2
    }
    try JSONSerialization.data(withJSONObject: ["weight_map": weightMap])
      .write(to: folder.appending(path: "model.safetensors.index.json"))
    return total
  }
}
