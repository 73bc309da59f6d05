import Files
import Foundation

extension TextTokenizer {
  /// Reads the `tokenizer.json` at `url`, or in the folder `url`; at most 64 MB.
  /// - Throws: ``TokenizerError`` with the path of the section that is wrong or not supported.
  public init(contentsOf url: URL) throws(TokenizerError) {
    let (file, bytes) = try Self.bytes(at: url)
    let json: JSON
    do throws(JSON.Failure) {
      json = try JSON(bytes)
    } catch {
      throw .badJSON(file: file, line: error.line, reason: error.reason.description)
    }
    let root = Section(file: file, path: "", value: json)
    let version = try root["version"]?.string() ?? "1.0"
    guard version == "1.0" else {
      throw root.unsupported("version \(version)", supported: ["version 1.0"])
    }
    let modelSection = try root.required("model")
    try TokenModel.type(modelSection)
    let vocabulary = try Vocabulary(modelSection.required("vocab"))
    model = try TokenModel(modelSection, vocabulary)
    let normalizer = try root["normalizer"].map(Normalizer.init)
    self.normalizer = normalizer
    preTokenizer = try root["pre_tokenizer"].map(PreTokenizer.init)
    template = try root["post_processor"].map(Template.init) ?? .none
    decoder = try root["decoder"].map(TokenDecoder.init)

    self.vocabulary = vocabulary
    self.file = file
    added = try AddedTokens(root["added_tokens"]?.items() ?? [], vocabulary) {
      content throws(TokenizerError) in try Self.normalized(content, normalizer, file)
    }
    for id in template.before + template.after where token(of: id) == nil {
      throw root.wrong("post_processor adds the id \(id), which no token has")
    }
  }

  private static func bytes(at url: URL) throws(TokenizerError) -> (file: String, [UInt8]) {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
    let file = exists && isFolder.boolValue ? url.appending(path: "tokenizer.json") : url
    do throws(FileReadError) {
      return (file.path, Array(try Data(regularFile: file, limit: Limits.jsonBytes)))
    } catch {
      throw .unreadable(file: file.path, reason: error.reason.description)
    }
  }
}

extension AddedToken {
  init(_ section: Section) throws(TokenizerError) {
    content = try section.required("content").scalars()
    guard !content.isEmpty else { throw section.wrong("the token is empty") }
    id = try section.required("id").count()
    isSpecial = try section.flag("special", usual: false)
    isNormalized = try section.flag("normalized", usual: !isSpecial)
    isSingleWord = try section.flag("single_word", usual: false)
    stripsLeft = try section.flag("lstrip", usual: false)
    stripsRight = try section.flag("rstrip", usual: false)
  }
}
