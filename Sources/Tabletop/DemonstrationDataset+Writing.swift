import Files
import Foundation
import Images

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writing a dataset's folder.
extension DemonstrationDataset {
  /// Writes the dataset to `folder`, which is created if it does not exist. Earlier demonstrations
  /// there are replaced; other files stay. Everything is written to a folder beside it first, so a full
  /// disk damages nothing.
  ///
  /// - Throws: ``DatasetError/cannotWrite(_:)`` or `FileWriteError`.
  public func write(to folder: URL) throws {
    let files = FileManager.default
    let draft = folder.deletingLastPathComponent()
      .appendingPathComponent(".\(folder.lastPathComponent).\(UUID().uuidString)")
    do {
      try files.createDirectory(at: folder, withIntermediateDirectories: true)
      try files.createDirectory(at: draft, withIntermediateDirectories: false)
    } catch {
      throw DatasetError.cannotWrite(folder.path)
    }
    defer { try? files.removeItem(at: draft) }

    var lines = ""
    var names: [String] = []
    for (index, demonstration) in demonstrations.enumerated() {
      names.append(Self.stripName(index))
      lines += demonstration.jsonLine(strip: names[index]) + "\n"
      let strip = RGBImage.filmStrip(demonstration.frames)
      try strip.writePNG(to: draft.appendingPathComponent(names[index]))
    }
    try Data(lines.utf8).writeAtomically(to: draft.appendingPathComponent(Self.fileName))

    for name in names + [Self.fileName] {
      let target = folder.appendingPathComponent(name)
      guard rename(draft.appendingPathComponent(name).path, target.path) == 0 else {
        throw DatasetError.cannotWrite(target.path)
      }
    }
    removeOldStrips(in: folder, except: Set(names))
  }

  /// An earlier, larger dataset leaves strips that no line names anymore.
  private func removeOldStrips(in folder: URL, except kept: Set<String>) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where !kept.contains(name) {
      let number = name.dropFirst("episode-".count).dropLast(".png".count)
      guard let index = Int(number), name == Self.stripName(index) else { continue }
      try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }

  /// "episode-007.png"
  private static func stripName(_ index: Int) -> String {
    let digits = String(index)
    return "episode-\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits).png"
  }
}
