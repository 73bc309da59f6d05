import ArgumentParser
import Blackboard
import Files
import Foundation
import Images
import VLMs

/// `nanovla generate`: a published VLM answers a question about a picture, word by word.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Let a published VLM answer a question about a picture.",
    discussion: """
      The model is a folder as Hugging Face publishes it. Its weights stay in their files and are \
      converted while they are used, so a 7B model needs about the memory of its files: \
      nanovla generate --model-path llava-1.5-7b-hf --image photo.png "What is on the table?"
      """)

  @Option(help: "The model's folder: config.json, model.safetensors, tokenizer.json, …")
  var modelPath: String

  @Option(help: "A PNG of any size.")
  var image: String

  @Option(help: "Tokens to write at most.")
  var tokens = 64

  @Flag(help: "Print one JSON object instead of streaming the text.")
  var json = false

  @Argument(help: "The question, in quotation marks.")
  var question: String

  func validate() throws {
    guard 1...4096 ~= tokens else {
      throw ValidationError("--tokens must be 1 to 4096, not \(tokens)")
    }
  }

  func run() throws {
    let clock = ContinuousClock()
    let picture = try RGBImage(png: URL(fileURLWithPath: image))
    let vlm = try VLM.read(URL(fileURLWithPath: modelPath, isDirectory: true))
    var text = ""
    let time = try clock.measure {
      // Streamed text shows by itself how far it is.
      text = try showingProgress(of: vlm, tokens: json ? tokens - 1 : 0) {
        try vlm.answer(picture, question, tokens: tokens) { piece in
          if !json { Terminal.write(piece) }
        }
      }
    }
    guard json else { return Terminal.write("\n") }
    try printJSON(
      GeneratedText(family: vlm.family, text: text, seconds: time / .seconds(1)))
  }
}

private struct GeneratedText: Encodable {
  let family, text: String
  let seconds: Double
}
