import ArgumentParser
import Blackboard
import Files
import Foundation
import Images
import VLMs

/// `nanovla generate`: a published VLM answers a question about an image, token by token.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Answer a question about an image with a published VLM.",
    discussion: """
      The model is a folder in Hugging Face's layout. Weights are memory-mapped and converted \
      during use, so a 7B model needs about as much memory as its files, and up to 2 GiB for the \
      attention scores of a layer; a prompt that would need more is refused: \
      nanovla generate --model-path llava-1.5-7b-hf --image photo.png "What is on the table?"
      """)

  @Option(help: "Folder of the model: config.json, model.safetensors, tokenizer.json, …")
  var modelPath: String

  @Option(help: "PNG image of any size.")
  var image: String

  @Option(help: "Maximum number of tokens to generate.")
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
    showNotes(of: vlm)
    var text = ""
    var context: Int?
    let time = try clock.measure {
      // Streamed text shows the progress itself.
      text = try showingProgress(of: vlm, tokens: json ? tokens - 1 : 0) {
        try vlm.answer(
          picture, question, tokens: tokens, each: { if !json { Terminal.write($0) } },
          whenFull: { context = $0 })
      }
    }
    if !json { Terminal.write("\n") }
    if let context {
      Terminal.write(
        "note: the answer ends here because prompt and answer have \(context) tokens, all that this "
          + "model reads\n", to: STDERR_FILENO)
    }
    guard json else { return }
    try printJSON(
      GeneratedText(
        family: vlm.family, text: text, contextIsFull: context != nil, seconds: time / .seconds(1)))
  }
}

private struct GeneratedText: Encodable {
  let family, text: String
  /// Whether the answer ends only because prompt and answer are as long as the model reads.
  let contextIsFull: Bool
  let seconds: Double
}
