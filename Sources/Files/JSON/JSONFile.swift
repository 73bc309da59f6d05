import Foundation

/// A JSON file of a model folder: config.json, preprocessor_config.json, tokenizer.json, ….
///
/// Its size is asked for before it is read; what reading it may take beyond that, the reader bounds.
public enum JSONFile {
  /// The largest file that is read; published tokenizer.json files have up to 34 MB.
  public static let maximumBytes = 64 << 20
  /// The most levels of objects and arrays.
  public static let maximumDepth = JSON.maximumDepth
  /// The most values.
  public static let maximumValues = JSON.maximumValues

  /// The whole content of `file`, a regular file. Throws a `JSONFileError`.
  public static func read(_ file: URL) throws -> JSONValue {
    try parse(bytes(of: file), name: file.path)
  }

  /// The value that `text` spells; `name` is what errors call it. Throws a `JSONFileError`.
  public static func parse(_ text: Data, name: String) throws -> JSONValue {
    guard text.count <= maximumBytes else {
      throw JSONFileError(file: name, reason: .tooLarge(bytes: text.count))
    }
    do throws(JSON.Failure) {
      return JSONValue(try JSON(Array(text)), file: name)
    } catch {
      throw JSONFileError(file: name, reason: JSONFileError.Reason(error))
    }
  }

  private static func bytes(of file: URL) throws -> Data {
    func refuse(_ reason: JSONFileError.Reason) -> JSONFileError {
      JSONFileError(file: file.path, reason: reason)
    }
    do {
      // Checked before reading: a pipe or device has no end, and a huge file would fill the memory.
      let facts = try file.resolvingSymlinksInPath()
        .resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
      guard facts.isRegularFile == true, let size = facts.fileSize else {
        throw refuse(.unreadable("not a regular file"))
      }
      guard size <= maximumBytes else { throw refuse(.tooLarge(bytes: size)) }
      return try Data(contentsOf: file)
    } catch let error as JSONFileError {
      throw error
    } catch {
      throw refuse(.unreadable(oneLine(error)))
    }
  }
}

extension JSONFileError.Reason {
  fileprivate init(_ failure: JSON.Failure) {
    self =
      switch failure.reason {
      case .tooDeep: .tooDeep
      case .tooManyValues: .tooManyValues
      case .malformed(let what): .notJSON("\(what), in line \(failure.line)")
      }
  }
}
