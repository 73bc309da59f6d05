import Files
import NanoVLA
import Tensors

/// Our values beside the reference's at every stage from an image to an action.
///
/// A port of a network is correct if not only the answer but every tensor on the way equals the
/// reference's, up to rounding: the first one that differs tells where the mistake is. The stages'
/// names are the reference's.
///
/// - Letters: H×W pixels, T tokens of the whole prompt, D width, P patches, V1 and V2 widths of the
///   towers, A action dimensions, V vocabulary.
/// - Reference: huggingface.co/docs/transformers, "Contribute a model", which requires every
///   layer's output to be within 1e-3 of the original's.
extension PublishedExample {
  /// What a program reads from the folder before it computes anything. Each part can be slightly wrong
  /// without stopping the program.
  public struct Port {
    public var configuration: OpenVLAConfiguration
    public var preprocessor: ImagePreprocessor
    public var promptIDs: [Int]
    public var statistics: ActionStatistics
  }

  /// The correct port, read from the folder's files.
  /// - Throws: the error of a file that was changed.
  public func port() throws -> Port {
    Port(
      configuration: try OpenVLAConfiguration(
        JSONFile.read(folder.appending(path: "config.json"))),
      preprocessor: try ImagePreprocessor.read(folder: folder),
      promptIDs: try OpenVLA.promptIDs(
        for: instruction, TextTokenizer(contentsOf: folder)),
      statistics: try ActionStatistics.read(modelFolder: folder, key: dataset))
  }

  /// A network of these sizes with the folder's weights.
  /// - Throws: ``WeightError`` if a tensor is missing or has another shape, ``PortError`` for sizes with
  ///   which no network can be built.
  public func makeModel(_ configuration: OpenVLAConfiguration) throws -> OpenVLA {
    if let reason = configuration.validationError { throw PortError(description: reason) }
    var random = SeededRandom(seed: 0)  // all weights are overwritten
    let model = OpenVLA(configuration, using: &random)
    try model.load(SafetensorsFolder(url: folder), with: OpenVLA.weights)
    return model
  }

  /// The model's action for the example's image and instruction.
  /// - Throws: ``PromptError`` if the prompt is too long or contains an unknown token.
  public func answer(_ model: OpenVLA, _ port: Port) throws -> OpenVLA.Answer {
    try model.answer(
      for: port.preprocessor([image]), promptIDs: port.promptIDs, statistics: port.statistics)
  }

  /// Computes the example's action with `port`, and all stages on the way.
  /// - Throws: ``PromptError``, ``PortError``, or the error of a file in the folder.
  public func run(_ port: Port) throws -> Run {
    try withoutGradient {
      let model = try makeModel(port.configuration)
      let pixels = try port.preprocessor([image])  // → [1, H, W, 6]
      let prompt = try model.prompt([port.promptIDs], images: pixels)  // → [1, T, D]
      var logits: [Tensor] = []
      _ = Generation(model.language)(after: prompt, count: port.statistics.count) { step in
        logits.append(step.logits.reshaped([1, -1]))  // [V] → [1, V]
        return true
      }
      let ours: KeyValuePairs<String, Tensor> = [
        "pixel_values": pixels.permuted([0, 3, 1, 2]),  // [1, H, W, 6] → [1, 6, H, W]
        "dino.features": model.dinov2.features(pixels.sliced(axis: 3, 0..<3)),  // → [1, P, V1]
        "siglip.features": model.siglip.features(pixels.sliced(axis: 3, 3..<6)),  // → [1, P, V2]
        "projector": model.encodeImage(pixels),  // [1, H, W, 6] → [1, P, D]
        "merged_inputs_embeds": prompt,
        "lm.final_norm": model.language(prompt),  // [1, T, D] → [1, T, D]
        "generate.logits": .concatenated(logits, axis: 0),  // A × [1, V] → [A, V]
      ]
      let reference = try tensor("generate.logits").sliced(axis: 0, 0..<1)  // [A, V] → [1, V]
      let answer = try self.answer(model, port)
      return Run(
        stages: try ours.map { Stage(name: $0, ours: $1, reference: try tensor($0)) },
        scoreDifference: Self.difference(logits[0].values, reference.values),
        otherTokens: zip(answer.tokens, tokens).count { $0 != $1 },
        actionDifference: Self.difference(answer.action.values.map(Double.init), action))
    }
  }

  /// The stages that a port computed, and their differences from the reference.
  public struct Run {
    public let stages: [Stage]
    /// The maximum difference of the first action token's logits. Later tokens also depend on the
    /// tokens before them.
    public let scoreDifference: Double
    /// The number of action tokens that differ from the reference's.
    public let otherTokens: Int
    /// The maximum difference of the action, in robot units.
    public let actionDifference: Double

    /// The maximum of all stages; infinite if a shape differs.
    public var largestDifference: Double { stages.map(\.largestDifference).max() ?? 0 }
  }

  /// A tensor and its reference.
  public struct Stage {
    public let name: String
    public let ours, reference: Tensor

    /// The maximum difference of any value; infinite if the shapes differ.
    public var largestDifference: Double {
      guard ours.shape == reference.shape else { return .infinity }
      return PublishedExample.difference(ours.values, reference.values)
    }
  }

  /// Sizes with which no network can be built.
  public struct PortError: Error, Equatable, CustomStringConvertible {
    public let description: String
  }

  private static func difference<N: BinaryFloatingPoint>(_ a: [N], _ b: [N]) -> Double {
    zip(a, b).map { Double(abs($0 - $1)) }.max() ?? 0
  }
}
