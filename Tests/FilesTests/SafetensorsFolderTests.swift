import Foundation
import TestSupport
import Testing

@testable import Files

@Suite("Checkpoints in folders") struct SafetensorsFolderTests {
  typealias Reason = SafetensorsError.Reason

  /// Two shards, with the index `index` beside them; [2, 2] numbers each.
  private func withShards<R>(
    index: String, one: [String] = ["a", "b"], two: [String] = ["c"], _ body: (URL) throws -> R
  ) throws -> R {
    try withTemporaryFolder { folder in
      for (shard, names) in [("one", one), ("two", two)] {
        try Safetensors.write(
          names.map { ($0, [2, 2], [1, 2, 3, Float($0.utf8.first!)]) }, as: .bfloat16,
          to: folder.appending(path: shard + ".safetensors"))
      }
      try Data(index.utf8).write(to: folder.appending(path: SafetensorsFolder.indexFile))
      return try body(folder)
    }
  }

  private func map(_ members: [(String, String)]) -> String {
    let map = members.map { #""\#($0.0)":"\#($0.1).safetensors""# }.joined(separator: ",")
    return #"{"metadata":{"total_size":24.0,"by":"x","ok":true},"weight_map":{\#(map)}}"#
  }

  private var good: String { map([("c", "two"), ("b", "one"), ("a", "one")]) }

  /// Why the folder is refused, from which file; nil if all of it is read.
  private func refusal(_ folder: URL) -> (file: String, reason: Reason)? {
    do {
      let checkpoint = try SafetensorsFolder(url: folder)
      for name in checkpoint.names { _ = try checkpoint.tensor(name) }
      return nil
    } catch {
      let message = error.description
      #expect(!message.contains(where: \.isNewline) && message.utf8.count < 3000)
      return (URL(filePath: error.file).lastPathComponent, error.reason)
    }
  }

  @Test("Shards give the names, shapes, types, numbers and sizes of one checkpoint")
  func shards() throws {
    try withShards(index: good) { folder in
      let checkpoint = try SafetensorsFolder(url: folder)
      #expect(checkpoint.names == ["c", "b", "a"])
      #expect(checkpoint.shards == ["one.safetensors", "two.safetensors"])
      #expect(checkpoint.contains("a") && !checkpoint.contains("d"))
      #expect(try checkpoint.shape(of: "b") == [2, 2])
      #expect(try checkpoint.dataType(of: "b") == .bfloat16)
      #expect(try checkpoint.values(of: "c") == [1, 2, 3, 99])
      #expect(try checkpoint.tensor("a").values == [1, 2, 3, 97])
      #expect(try checkpoint.tensor("a", rows: 1..<2).values == [3, 97])
      #expect(try checkpoint.parameterCount() == 12)
      let sizes = try checkpoint.sizes()
      #expect(sizes == [.bfloat16: .init(tensors: 3, numbers: 12, bytes: 24)])
    }
  }

  @Test("A single file needs no index, and counts before one") func single() throws {
    try withShards(index: "no JSON") { folder in
      let only = folder.appending(path: SafetensorsFolder.onlyFile)
      try FileManager.default.moveItem(at: folder.appending(path: "one.safetensors"), to: only)
      let checkpoint = try SafetensorsFolder(url: folder)
      #expect(checkpoint.names == ["a", "b"] && checkpoint.shards == ["model.safetensors"])
      #expect(try checkpoint.tensor("b").values == [1, 2, 3, 98])
    }
  }

  @Test("A shard is opened when it is first asked for") func lazily() throws {
    try withShards(index: good) { folder in
      try Data("damaged".utf8).write(to: folder.appending(path: "two.safetensors"))
      let checkpoint = try SafetensorsFolder(url: folder)
      #expect(try checkpoint.values(of: "a").count == 4)
      #expect(throws: SafetensorsError.self) { try checkpoint.values(of: "c") }
    }
  }

  @Test("A tensor that no shard has is refused with the nearest names") func missingTensor() throws
  {
    try withShards(index: good) { folder in
      let checkpoint = try SafetensorsFolder(url: folder)
      let reason = Reason.missingTensor("ab", nearest: ["a", "b", "c"], count: 3)
      let index = folder.appending(path: SafetensorsFolder.indexFile).path
      #expect(throws: SafetensorsError(file: index, reason: reason)) { try checkpoint.tensor("ab") }
    }
  }

  @Test("A folder without a checkpoint, and no folder, are refused") func nothing() throws {
    try withTemporaryFolder { folder in
      #expect(refusal(folder)?.reason == .noCheckpoint)
      #expect(refusal(folder.appending(path: "absent"))?.reason == .noCheckpoint)
    }
  }

  @Test("A missing shard is named at once") func missingShard() throws {
    let index = map([("a", "one"), ("c", "three")])
    let found = try withShards(index: index) { refusal($0) }
    #expect(found?.reason == .missingShard("three.safetensors"))
    #expect(found?.file == SafetensorsFolder.indexFile)
  }

  @Test("A shard outside the folder is refused") func outside() throws {
    for shard in ["../one", "/tmp/one", "sub/one", "..", ""] {
      let found = try withShards(index: map([("a", shard)])) { refusal($0)?.reason }
      let expected: Reason =
        shard.isEmpty || shard == ".."
        ? .missingShard(shard + ".safetensors")
        : .badShardName(shard + ".safetensors")
      #expect(found == expected)
    }
    for name in ["config.json", "..", "", "\\u0000.safetensors"] {
      let found = try withShards(index: #"{"weight_map":{"a":"\#(name)"}}"#) { refusal($0)?.reason }
      guard case .badShardName = found else { throw CancellationError() }
    }
  }

  @Test("A slash that an accent makes another character is refused as a slash") func accented()
    throws
  {
    // "/" and U+0338 are one character that is not "/"; for the system they are a folder and a name.
    for shard in ["..\u{2F}\u{338}one", "sub/\u{301}one", "..\u{2F}\u{20DD}one"] {
      let found = try withShards(index: map([("a", shard)])) { refusal($0)?.reason }
      #expect(found == .badShardName(shard + ".safetensors"))
    }
  }

  @Test("A link out of the folder is refused, a link inside and into the hub's blobs is followed")
  func links() throws {
    try withShards(index: good) { folder in
      let files = FileManager.default
      let outside = files.temporaryDirectory.appending(path: "\(UUID()).safetensors")
      defer { try? files.removeItem(at: outside) }
      func move(_ name: String, to place: URL, by target: String) throws {
        let link = folder.appending(path: name)
        try files.moveItem(at: link, to: place)
        try files.createSymbolicLink(atPath: link.path, withDestinationPath: target)
      }
      try move("one.safetensors", to: folder.appending(path: "blob"), by: "blob")
      #expect(refusal(folder) == nil)
      try move("two.safetensors", to: outside, by: outside.path)
      let found = refusal(folder)
      #expect(found?.file == "two.safetensors" && found?.reason == .outside)
    }
  }

  @Test("A shard that lacks a listed tensor, or has another shard's, is refused by both names")
  func disagreement() throws {
    let lacks = try withShards(index: map([("a", "one"), ("d", "two"), ("c", "two")])) {
      refusal($0)
    }
    #expect(lacks?.file == "two.safetensors" && lacks?.reason == .missingFromShard(tensor: "d"))
    let twice = try withShards(index: good, one: ["a", "b", "c"]) { refusal($0) }
    #expect(twice?.file == "one.safetensors")
    #expect(twice?.reason == .inTwoShards(tensor: "c", other: "two.safetensors"))
  }

  @Test("An index without tensors, or a file that is not an index, is refused")
  func badIndexes() throws {
    for index in [#"{"weight_map":{}}"#, "{}", #"{"metadata":{}}"#] {
      let reason = try withShards(index: index) { refusal($0)?.reason }
      #expect(reason == .emptyIndex)
    }
    let deep = String(repeating: "[", count: 1_000_000)
    let objects = String(repeating: #"{"a":"#, count: 1_000_000)
    for index in [
      "", "[]", "no JSON", good + "x", String(good.dropLast()), deep, objects,
      #"{"metadata":{"a":\#(deep)}}"#, #"{"metadata":{"a":nope}}"#,
      #"{"weight_map":{"a":1}}"#, #"{"weight_map":[]}"#, #"{"weight_map":{"a":["one"]}}"#,
    ] {
      let found = try withShards(index: index) { refusal($0) }
      guard case .badIndex = found?.reason else {
        Issue.record("\(index.prefix(60)) gave \(String(describing: found))")
        continue
      }
      #expect(found?.file == SafetensorsFolder.indexFile)
    }
    let twice = try withShards(index: map([("a", "one"), ("a", "two")])) { refusal($0)?.reason }
    #expect(twice == .duplicateName("a"))
  }

  @Test("What an index holds beside its map is passed over, whatever it is") func extraMembers()
    throws
  {
    let extra =
      #"{"format":"pt","weight_map":{"a":"one.safetensors"},"#
      + #""metadata":{"total":{"size":[1,{"b":null}]}},"list":[1,2]}"#
    try withShards(index: "\u{FEFF}" + extra) { folder in
      let checkpoint = try SafetensorsFolder(url: folder)
      #expect(checkpoint.names == ["a"])
    }
    let twice = #"{"weight_map":{"a":"one.safetensors"},"weight_map":{}}"#
    let reason = try withShards(index: twice) { refusal($0)?.reason }
    #expect(reason == .duplicateName("weight_map"))
  }

  @Test("An index of 5 GB is refused unread") func giantIndex() throws {
    try withShards(index: good) { folder in
      let handle = try FileHandle(
        forWritingTo: folder.appending(path: SafetensorsFolder.indexFile))
      try handle.truncate(atOffset: 5_000_000_000)
      try handle.close()
      let limit = Limits.safetensorsIndexBytes
      #expect(refusal(folder)?.reason == .indexTooLong(bytes: 5_000_000_000, limit: limit))
    }
  }

  @Test("inspecting 15 GB takes less than 2 s of processor time, since only headers are read")
  func inspection() throws {
    try withTemporaryFolder { folder in
      let entries = (0..<230).map { layer -> String in
        let begin = layer * 65_536_000
        return #""layers.\#(layer).weight":{"dtype":"BF16","shape":[8192,4000],"#
          + #""data_offsets":[\#(begin),\#(begin + 65_536_000)]}"#
      }
      let header = "{" + entries.joined(separator: ",") + "}"
      let only = folder.appending(path: SafetensorsFolder.onlyFile)
      let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
      try (length + Data(header.utf8)).write(to: only)
      let handle = try FileHandle(forWritingTo: only)
      try handle.truncate(atOffset: UInt64(8 + header.utf8.count + 230 * 65_536_000))
      try handle.close()
      let seconds = try processorSeconds {
        let checkpoint = try SafetensorsFolder(url: folder)
        #expect(try checkpoint.parameterCount() == 7_536_640_000)
        #expect(try checkpoint.sizes()[.bfloat16]?.bytes == 15_073_280_000)
        let tensors = try checkpoint.names.map { try checkpoint.tensor($0) }
        #expect(tensors[229].rows(at: [8_191]).values.allSatisfy { $0 == 0 })
      }
      #expect(seconds < 2)
    }
  }
}
