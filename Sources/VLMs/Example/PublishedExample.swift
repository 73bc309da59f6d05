import Files
import Foundation
import Images
import Tensors

/// A tiny OpenVLA that comes with the course, a folder as they are published on Hugging Face, and what
/// `transformers` and `timm` compute from it: two ways to the same numbers, to be laid side by side.
///
/// It has the files, the names and the number formats of openvla-7b, but towers of 24 and 16 numbers
/// a patch and a language model of 32, with random weights: what it says about a picture means
/// nothing, and must be said to the last digit.
///
/// Letters: P patches, V1 and V2 widths of the towers, T tokens, D width, V vocabulary, A numbers of
/// an action.
public struct PublishedExample: Sendable {
  /// config.json, the weights in four files, the tokenizer, the preprocessing, and a picture.
  public let folder: URL
  public let image: RGBImage
  public let instruction: String
  /// Whose statistics turn normalised numbers into robot units here.
  public let dataset = "bridge_orig"
  public let promptIDs: [Int]
  public let tokens: [Int]  // [A]
  public let bins: [Int]  // [A]
  public let normalized: [Double]  // [A]
  public let action: [Double]  // [A], in robot units
  /// The program that computed these, and its version.
  public let source: String
  private let reference: SafetensorsFile

  /// The example that comes with the course.
  /// - Throws: what is wrong with its folder, if files of it were changed or moved.
  public static func bundled() throws -> PublishedExample {
    try PublishedExample(
      folder: BundledFolder.locate(
        bundle: "nanoVLA_VLMs", folder: "TinyOpenVLA", source: #filePath))
  }

  init(folder: URL) throws {
    self.folder = folder
    image = try RGBImage(png: folder.appending(path: "image.png"))
    reference = try SafetensorsFile(url: folder.appending(path: "reference.safetensors"))
    let facts = try JSONFile.read(folder.appending(path: "reference.json"))
    func whole(_ key: String) throws -> [Int] {
      try facts[key].array(count: 1...1024).map { try $0.int(0...65_536) }
    }
    func numbers(_ value: JSONValue) throws -> [Double] {
      try value.array(count: 1...1024).map { try $0.number(-1e9...1e9) }
    }
    instruction = try facts["instruction"].string()
    (promptIDs, tokens) = (try whole("input_ids"), try whole("action_token_ids"))
    (bins, normalized) = (try whole("bin_indices"), try numbers(facts["normalised_action"]))
    action = try numbers(facts["actions"][dataset])
    source = "transformers " + (try facts["written_by"]["transformers"].string())
  }

  /// A tensor of the reference by its name, such as `dino.features` [1, P, V1], `siglip.features`
  /// [1, P, V2], `projector` [1, P, D], `merged_inputs_embeds` and `lm.final_norm` [1, T + P, D],
  /// `generate.logits` [A, V], `pixel_values` [1, 6, H, W].
  /// - Throws: `SafetensorsError` with the nearest names if there is none of this name.
  public func tensor(_ name: String) throws -> Tensor {
    Tensor(try reference.values(of: name), shape: try reference.shape(of: name))
  }
}

extension WeightMap {
  /// The names under one of which a checkpoint holds our parameter `name`; none if no rule covers it.
  public func published(_ name: String) -> [String] { place(of: name)?.keys ?? [] }
}
