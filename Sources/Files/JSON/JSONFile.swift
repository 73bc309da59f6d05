import Foundation

/// A JSON file of a model folder: config.json, preprocessor_config.json, tokenizer.json, ….
///
/// Its size is checked before it is read; the reader bounds the memory that its values take.
public enum JSONFile {
  /// The whole content of `file`, a regular file. Throws a `JSONFileError`.
  public static func read(_ file: URL) throws -> JSONValue {
    try parse(bytes(of: file), name: file.path)
  }

  /// The value that `text` spells; `name` is what errors call it. Throws a `JSONFileError`.
  public static func parse(_ text: Data, name: String) throws -> JSONValue {
    guard text.count <= Limits.jsonBytes else {
      throw JSONFileError(file: name, reason: .tooLarge(bytes: text.count))
    }
    do throws(JSON.Failure) {
      return JSONValue(try JSON(Array(text)), file: name)
    } catch {
      throw JSONFileError(file: name, reason: JSONFileError.Reason(error))
    }
  }

  private static func bytes(of file: URL) throws(JSONFileError) -> Data {
    do throws(FileReadError) {
      return try Data(regularFile: file, limit: Limits.jsonBytes)
    } catch {
      let reason: JSONFileError.Reason =
        if case .tooLarge(let bytes, _) = error.reason {
          .tooLarge(bytes: bytes)
        } else { .unreadable(error.reason.description) }
      throw JSONFileError(file: file.path, reason: reason)
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
