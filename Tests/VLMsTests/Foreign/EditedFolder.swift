import Files
import Foundation
import Images
import TestSupport
import Testing
import VLMs

/// A copy of a fixture's folder in which files are changed; removed when it is no longer used.
final class EditedFolder {
  let url: URL
  private let fixture: Fixture

  init(_ family: String) throws {
    fixture = try #require(Fixture.of(family).first)
    url = FileManager.default.temporaryDirectory.appending(path: "nanovla-edited-\(UUID())")
    try FileManager.default.copyItem(at: fixture.folder, to: url)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String) -> URL { url.appending(path: name) }

  func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: file(name))
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(at: file(name)) }

  /// Changes the member at `path` of a JSON file; nil removes it.
  func set(_ path: String, _ value: Any?, in name: String = "config.json") throws {
    func changed(_ object: [String: Any], _ keys: ArraySlice<String>) -> [String: Any] {
      var object = object
      let key = keys.first!
      object[key] =
        keys.count == 1
        ? value : changed(object[key] as? [String: Any] ?? [:], keys.dropFirst())
      return object
    }
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file(name)))
    let keys = path.split(separator: ".").map(String.init)
    let edited = changed(try #require(json as? [String: Any]), keys[...])
    try JSONSerialization.data(withJSONObject: edited).write(to: file(name))
  }

  /// Changes the tensors of the only weights file, [shape, values] by name.
  func setWeights(
    _ change: (inout [String: (shape: [Int], values: [Float])]) -> Void
  ) throws {
    let source = try SafetensorsFolder(url: url)
    var tensors: [String: (shape: [Int], values: [Float])] = [:]
    for name in source.names where try !source.dataType(of: name).isWhole {
      tensors[name] = (try source.shape(of: name), try source.values(of: name))
    }
    change(&tensors)
    for shard in source.shards { try remove(shard) }
    try? remove(SafetensorsFolder.indexFile)
    try Safetensors.write(
      tensors.map { ($0.key, $0.value.shape, $0.value.values) },
      to: file(SafetensorsFolder.onlyFile))
  }

  func image() throws -> RGBImage { try fixture.image() }

  /// The one line with which reading the folder fails.
  func refusal(sourceLocation: SourceLocation = #_sourceLocation) -> String {
    line(sourceLocation) { _ = try VLM.read(url) }
  }

  /// The one line with which asking the model fails.
  func refusal(asking question: String, sourceLocation: SourceLocation = #_sourceLocation) -> String
  {
    line(sourceLocation) { _ = try VLM.read(url).answer(image(), question, tokens: 3) }
  }

  private func line(_ location: SourceLocation, _ body: () throws -> Void) -> String {
    do {
      try body()
      Issue.record("no error", sourceLocation: location)
      return ""
    } catch {
      let line = "\(error)"
      #expect(line.split(whereSeparator: \.isNewline) == [line[...]], sourceLocation: location)
      #expect(line.count < 1000, sourceLocation: location)
      return line
    }
  }
}
