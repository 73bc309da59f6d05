import Foundation

@testable import Files
@testable import Images
@testable import Tabletop
@testable import Tensors

/// The formats of files.
extension FuzzedParser {
  static let files: [FuzzedParser] = [
    FuzzedParser(
      name: "json",
      seeds: {
        [
          Array(
            #"{"a": [1, -2.5e3, true, null, "b\u00e9\n"], "c": {"d": {}, "e": [[]]}, "a": 7}"#.utf8),
          try fixture("llava15/config.json"), Array("[\"\u{1F600}\", 18446744073709551615]".utf8),
        ]
      },
      parse: { bytes in
        let value = try JSONFile.parse(Data(bytes), name: "a.json")
        _ = (value.unread, value.summary, value["a"][3].path)
        if value.isObject { for member in try value.object().values { _ = member.summary } }
      }),
    FuzzedParser(
      name: "safetensors", form: .safetensors,
      seeds: {
        let url = Scratch.folder.appending(path: "seed.safetensors")
        try Safetensors.write(
          [("a.weight", [2, 3], [1, 2, 3, 4, 5, 6]), ("b", [], [7]), ("c", [0, 4], [])],
          metadata: ["format": "pt"], to: url)
        let float32 = Array(try Data(contentsOf: url))
        try Safetensors.write(
          [("a", [2], [1, 2]), ("b", [1, 2], [3, 4])], as: .bfloat16, to: url)
        return [float32, Array(try Data(contentsOf: url))]
      },
      parse: { bytes in
        let file = try SafetensorsFile(url: Scratch.file("a.safetensors", bytes))
        for name in file.names {
          let values = try file.values(of: name)
          precondition(values.count == file.shapeCount(of: name))
          _ = try file.tensor(name).values
        }
      }),
    FuzzedParser(
      name: "safetensors-index",
      seeds: {
        [
          Array(
            #"{"metadata": {"total_size": 7}, "weight_map": {"a.b": "m-1.safetensors", "c": "n.safetensors"}}"#
              .utf8)
        ]
      },
      parse: { bytes in
        let memory = MappedMemory(count: bytes.count) {
          $0.copyMemory(from: bytes, byteCount: bytes.count)
        }
        do throws(SafetensorsError.Reason) {
          let index = try SafetensorsIndex(memory)
          precondition(index.names.allSatisfy { index.shardOf[$0] != nil })
        } catch { throw SafetensorsError(file: "model.safetensors.index.json", reason: error) }
      }),
    FuzzedParser(
      name: "png", form: .png,
      seeds: {
        let kinds = [(0, 1), (0, 8), (0, 16), (2, 8), (2, 16), (3, 2), (3, 8), (4, 8), (6, 8)]
        return kinds.flatMap { color, depth in
          [false, true].map {
            PlainPNG.file(width: 9, height: 5, depth: depth, color: color, interlaced: $0)
          }
        }
      },
      parse: { bytes in
        let image = try RGBImage(pngData: Data(bytes))
        precondition(image.pixels.count == 3 * image.width * image.height)
      }),
    FuzzedParser(
      name: "demonstrations",
      seeds: {
        let line = Array(Demonstration.small(steps: 2).jsonLine(strip: "a.png").utf8)
        let other = Array(Demonstration.small(steps: 3).jsonLine(strip: "b.png").utf8)
        return [line, line + [10, 10] + other]
      },
      parse: { bytes in
        try DemonstrationDataset.eachLine(of: Data(bytes), in: "demonstrations.jsonl") {
          let record = try DemonstrationRecord($0, at: $1)
          precondition(record.actions.count == record.proprioception.count)
        }
      }),
    FuzzedParser(
      name: "dataset",
      seeds: {
        try DemonstrationDataset([.small(steps: 2)]).write(
          to: Scratch.folder.appending(path: "dataset"))
        let file = Scratch.folder.appending(path: "dataset/\(DemonstrationDataset.fileName)")
        return [Array(try Data(contentsOf: file))]
      },
      parse: { bytes in
        _ = Scratch.file("dataset/\(DemonstrationDataset.fileName)", bytes)
        let folder = Scratch.folder.appending(path: "dataset")
        let dataset = try DemonstrationDataset(contentsOf: folder)
        precondition(dataset.frameCount > 0)
      }),
  ]
}

extension Demonstration {
  /// An episode of small pictures.
  fileprivate static func small(steps: Int) -> Demonstration {
    let frame = RGBImage(width: 4, height: 4, color: .init(9, 90, 200))
    return Demonstration(
      suite: .object, instruction: "pick up the red cube", seed: 7,
      frames: Array(repeating: frame, count: steps),
      actions: Array(repeating: [0.25, 0, -0.5, 0, 0, 0, 1], count: steps),
      proprioception: Array(repeating: [0.5, 0.5, 0.25, 1], count: steps))
  }
}

extension SafetensorsFile {
  fileprivate func shapeCount(of name: String) -> Int {
    (try? shape(of: name).reduce(1, *)) ?? -1
  }
}
