import Files
import Foundation

extension TextTokenizer {
  /// Reads the `tokenizer.json` at `url`, or in the folder `url`; at most 64 MB.
  /// - Throws: ``TokenizerError`` with the path of the section that is wrong or not supported.
  public init(contentsOf url: URL) throws(TokenizerError) {
    let (file, bytes) = try Self.bytes(at: url)
    try self.init(bytes, file: file)
  }

  /// - Parameter file: what errors call it.
  init(_ bytes: [UInt8], file: String) throws(TokenizerError) {
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
    normalizer = try root.stage("normalizer", of: "normalizers").map(Normalizer.init)
    preTokenizer = try root.stage("pre_tokenizer", of: "pretokenizers").map(PreTokenizer.init)
    template = try root.stage("post_processor", of: "processors").map(Template.init) ?? .none
    decoder = try root.stage("decoder", of: "decoders").map(TokenDecoder.init)

    self.vocabulary = vocabulary
    self.file = file
    added = try AddedTokens(root["added_tokens"]?.items() ?? [], vocabulary, normalizer, file)
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

extension Section {
  /// A section of stages, each of which may be a sequence that names others in its list `list`. All of
  /// them together are at most 256: published files have up to 40.
  fileprivate func stage(_ key: String, of list: String) throws(TokenizerError) -> Section? {
    guard let section = try self[key] else { return nil }
    var count = 0
    func add(_ stage: Section) throws(TokenizerError) {
      count += 1
      guard case .object = stage.value, let parts = try stage[list] else { return }
      if case .array(let items) = parts.value, items.count > 256 - count { count = .max }
      guard count <= 256 else { throw section.wrong("it has more than 256 stages") }
      for part in try parts.items() { try add(part) }
    }
    try add(section)
    return section
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
