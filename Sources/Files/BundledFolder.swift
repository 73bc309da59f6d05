import Foundation

/// Finds a folder of resources that SwiftPM copied beside the program.
///
/// SwiftPM's own `Bundle.module` stops the program when the folder has moved; this looks beside the
/// running program (wherever that is now, through links too), then in the source checkout.
public enum BundledFolder {
  /// - Parameters:
  ///   - bundle: SwiftPM's name for the target's resources, `<package>_<target>`.
  ///   - folder: the resource folder's name.
  ///   - source: `#filePath` of a source file that lies beside the folder.
  public static func locate(bundle: String, folder: String, source: String) throws -> URL {
    let program = (Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0]))
      .resolvingSymlinksInPath().deletingLastPathComponent()
    // Linux and macOS name the copy differently; a macOS test bundle holds its program deeper.
    let places = [program, Bundle.main.bundleURL.deletingLastPathComponent()]
    let candidates =
      places.flatMap { place in
        [".resources", ".bundle"].map {
          place.appendingPathComponent(bundle + $0).appendingPathComponent(folder)
        }
      } + [URL(fileURLWithPath: source).deletingLastPathComponent().appendingPathComponent(folder)]

    for candidate in candidates {
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder),
        isFolder.boolValue
      {
        return candidate
      }
    }
    throw MissingResource(
      folder: folder, tried: [candidates[0].path, candidates[candidates.count - 1].path])
  }
}

/// A bundled folder that is neither beside the program nor in the checkout.
public struct MissingResource: Error, Equatable, CustomStringConvertible {
  public let folder: String
  public let tried: [String]

  public var description: String {
    "the bundled folder \(folder) is missing: looked in \(tried.joined(separator: ", ")); keep it "
      + "beside the program, or run from a checkout"
  }
}
