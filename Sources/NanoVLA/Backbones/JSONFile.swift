import Foundation

/// A JSON file of a model folder (config.json, preprocessor_config.json, tokenizer.json, …), read
/// without believing it.
///
/// Foundation's reader turns each value into an object and calls itself at each level of nesting.
/// So before it sees the text, the text is bounded three ways: in bytes, in levels (a file of
/// nothing but `[` would exhaust the stack) and in values (of `[],[],…` every three bytes would
/// become a hundred bytes of memory).
///
/// Source: RFC 8259.
public enum JSONFile {
  /// The largest file that is read; published tokenizer.json files have up to 34 MB.
  public static let maximumBytes = 64 << 20
  /// The most levels of objects and arrays; model files have up to 8.
  public static let maximumDepth = 64
  /// The most values; a tokenizer with 256,000 words and 580,000 merges has about 2.3 million.
  public static let maximumValues = 4_000_000

  /// The whole content of `file`, a regular file. Throws a `JSONFileError`.
  public static func read(_ file: URL) throws -> JSONValue {
    try parse(bytes(of: file), name: file.path)
  }

  /// The value that `text` spells; `name` is what errors call it. Throws a `JSONFileError`.
  public static func parse(_ text: Data, name: String) throws -> JSONValue {
    do throws(JSONFileError.Reason) { try checkSize(of: text) } catch {
      throw JSONFileError(file: name, reason: error)
    }
    do {
      let value = try JSONSerialization.jsonObject(with: text, options: .fragmentsAllowed)
      return JSONValue(value, file: name)
    } catch {
      throw JSONFileError(file: name, reason: .notJSON(oneLine(error)))
    }
  }

  private static func bytes(of file: URL) throws -> Data {
    func refuse(_ reason: JSONFileError.Reason) -> JSONFileError {
      JSONFileError(file: file.path, reason: reason)
    }
    do {
      // Asked before reading: a pipe or device has no end, and a film must not fill the memory.
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

  /// Counts levels and values as the reader will: brackets and commas outside strings.
  private static func checkSize(of text: Data) throws(JSONFileError.Reason) {
    guard text.count <= maximumBytes else { throw .tooLarge(bytes: text.count) }
    var (depth, values) = (0, 0)
    var (isInString, isEscaped) = (false, false)
    for byte in text {
      // UTF-16 and UTF-32, which the reader would accept, hide brackets from a count of bytes.
      guard byte != 0 else { throw .notJSON("a zero byte; the text must be UTF-8") }
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        (depth, values) = (depth + 1, values + 1)
        guard depth <= maximumDepth else { throw .tooDeep }
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: ","):
        values += 1
        guard values <= maximumValues else { throw .tooManyValues }
      default: break
      }
    }
    guard values <= maximumValues else { throw .tooManyValues }
  }
}
