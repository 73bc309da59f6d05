import Files
import Foundation
import Images
import Tensors

/// A tiny OpenVLA checkpoint with the tensors that `transformers` and `timm` compute from it, for
/// comparing every stage of our network with a reference.
///
/// It has the files, names and data types of openvla-7b, but towers of width 24 and 16, a language
/// model of width 32, and random weights: its actions have no meaning, but must be equal.
///
/// - Letters: P patches, V1 and V2 widths of the towers, T tokens, D width, V vocabulary, A action
///   dimensions.
public struct PublishedExample: Sendable {
  /// Has config.json, the weights in four files, the tokenizer, the preprocessing, and an image.
  public let folder: URL
  public let image: RGBImage
  public let instruction: String
  /// The dataset whose statistics give the robot units.
  public let dataset = "bridge_orig"
  /// The reference's token ids of the prompt.
  public let promptIDs: [Int]
  /// The reference's action: tokens, bins, normalized values, robot units.
  public let tokens: [Int]  // [A]
  public let bins: [Int]  // [A]
  public let normalized: [Double]  // [A]
  public let action: [Double]  // [A], in robot units
  /// The program that computed the reference, and its version.
  public let source: String
  private let reference: SafetensorsFile

  /// The example that comes with the course.
  /// - Throws: the error of a file that was changed or moved.
  public static func bundled() throws -> PublishedExample {
    try PublishedExample(
      folder: BundledFolder.locate(
        bundle: "nanoVLA_VLMs", folder: "TinyOpenVLA", source: #filePath))
  }

  init(folder: URL) throws {
    self.folder = folder
    image = try RGBImage(png: folder.appending(path: "image.png"))
    reference = try SafetensorsFile(url: folder.appending(path: "reference.safetensors"))
    let values = try JSONFile.read(folder.appending(path: "reference.json"))
    func integers(_ key: String) throws -> [Int] {
      try values[key].array(count: 1...1024).map { try $0.int(0...65_536) }
    }
    func numbers(_ value: JSONValue) throws -> [Double] {
      try value.array(count: 1...1024).map { try $0.number(-1e9...1e9) }
    }
    instruction = try values["instruction"].string()
    (promptIDs, tokens) = (try integers("input_ids"), try integers("action_token_ids"))
    (bins, normalized) = (try integers("bin_indices"), try numbers(values["normalized_action"]))
    action = try numbers(values["actions"][dataset])
    source = "transformers " + (try values["written_by"]["transformers"].string())
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
  /// The possible published names of our parameter `name`; empty if no rule applies.
  public func published(_ name: String) -> [String] { location(of: name)?.keys ?? [] }
}
