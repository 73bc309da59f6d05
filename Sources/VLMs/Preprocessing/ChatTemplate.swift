import Files
import Foundation

/// The template in a folder that turns a conversation into a prompt, a program in Jinja.
///
/// Jinja is not computed: each family has the prompt of its published models. Templates that give the
/// same prompt are known by a hash.
struct ChatTemplate {
  let place: String  // the file, and the key in it
  let text: String

  /// The template that counts, in the order in which transformers looks for it; nil if there is none.
  static func find(in folder: URL) throws -> ChatTemplate? {
    let exists = { (name: String) in
      FileManager.default.fileExists(atPath: folder.appending(path: name).path)
    }
    let plain = "chat_template.jinja"
    if exists(plain) {
      let bytes = try Data(regularFile: folder.appending(path: plain), limit: Limits.jsonBytes)
      return ChatTemplate(place: plain, text: String(decoding: bytes, as: UTF8.self))
    }
    for name in ["chat_template.json", "processor_config.json", "tokenizer_config.json"]
    where exists(name) {
      let template = try JSONFile.read(folder.appending(path: name))["chat_template"]
      guard template.exists else { continue }
      // Several templates by name are a list; what they are named for is not asked here.
      let text = (try? template.string()) ?? ""
      return ChatTemplate(place: "chat_template in \(name)", text: text)
    }
    return nil
  }

  /// Whether the template gives the prompt that `family` asks with anyway.
  func isBuiltIn(for family: String) -> Bool {
    var hash = FNV1a()
    hash.add(text.trimmingCharacters(in: .whitespacesAndNewlines).utf8)
    return Self.builtIn[family]?.contains(hash.hexadecimal) == true
  }

  /// The hashes of published templates by family, each with the line break as itself and as an escape.
  private static let builtIn: [String: Set<String>] = [
    // "USER: <image>", a line break, the question and " ASSISTANT:": of LLaVA-1.5-7B, of its
    // fine-tuned copies, and of 13B.
    "llava": [
      "d9ced1d7141b9c24", "8faea8b67ca929d4", "cdc533249d0ca836",
      "d583caabd0c22426", "0f52ee5d08117602", "61055a3c44c0c4ba",
    ],
    // "[INST] <image>", a line break, the question and " [/INST]": with and without a system's turn,
    // and with a space after an answer.
    "llava-1.6": [
      "205f5240b53d6f56", "507f57cee87cff70", "1eaa0f486fa2bff4", "40fe1d4dd08b0ea2",
      "8cae050df880c380", "2b84fa93112e6634", "4461b6eec77690d2", "6ec519239b40b05e",
    ],
  ]
}
