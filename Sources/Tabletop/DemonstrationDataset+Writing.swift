import Files
import Foundation
import Images

/// Writing a dataset's folder.
extension DemonstrationDataset {
  /// Writes the dataset to `folder`, which is created if it does not exist. Earlier demonstrations
  /// there are replaced; other files stay. Everything is written to a new folder in it first, so a full
  /// disk damages nothing.
  ///
  /// - Throws: ``DatasetError/cannotWrite(_:)`` or `FileWriteError`.
  public func write(to folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw DatasetError.cannotWrite(folder.path)
    }
    let old = Self.stripsNamed(in: folder.appendingPathComponent(Self.fileName))
    let draft = try UnfinishedFolder(in: folder)
    defer { draft.remove() }

    var lines = ""
    var names: [String] = []
    for (index, demonstration) in demonstrations.enumerated() {
      names.append(Self.stripName(index))
      lines += demonstration.jsonLine(strip: names[index]) + "\n"
      let strip = RGBImage.filmStrip(demonstration.frames)
      try strip.writePNG(to: draft.url.appendingPathComponent(names[index]))
    }
    try Data(lines.utf8).writeAtomically(to: draft.url.appendingPathComponent(Self.fileName))

    let files = names + [Self.fileName]
    for name in files { try folder.appendingPathComponent(name).checkWritable() }
    for name in files {
      try folder.appendingPathComponent(name).replace(with: draft.url.appendingPathComponent(name))
    }
    for name in old.subtracting(names) {
      try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }

  /// The strips of an earlier dataset: of its own lines, those that are named as this file names them.
  /// Pictures of such a name that no line names are not ours.
  private static func stripsNamed(in file: URL) -> Set<String> {
    guard let data = try? Data(regularFile: file, limit: Limits.datasetBytes) else { return [] }
    var names: Set<String> = []
    try? eachLine(of: data, in: file.path) { line, location in
      let json = try? JSONFile.parse(line, name: location.path)
      guard let name = try? json?["strip"].string() else { return }
      let number = name.dropFirst("episode-".count).dropLast(".png".count)
      if let index = Int(number), name == stripName(index) { names.insert(name) }
    }
    return names
  }

  /// "episode-007.png"
  private static func stripName(_ index: Int) -> String {
    let digits = String(index)
    return "episode-\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits).png"
  }
}
