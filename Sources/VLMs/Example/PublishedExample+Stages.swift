import Files
import NanoVLA
import Tensors

/// Our numbers beside the reference's, at every stage from a picture to an action.
///
/// A port of a network is right when not only its answer but every tensor on the way is the
/// reference's: where the first of them differs, there the mistake is. Stages have the names that the
/// reference gives them.
///
/// Letters: H×W pixels, T tokens of the whole prompt, D width, P patches, V1 and V2 widths of the
/// towers, A numbers of an action, V vocabulary.
///
/// Reference: huggingface.co/docs/transformers, "Contribute a model", which asks for every layer's
/// output within 1e-3 of the original's.
extension PublishedExample {
  /// What a program makes of the folder before it computes anything. Each of these can be a little
  /// wrong, and the program still runs.
  public struct Port {
    public var configuration: OpenVLAConfiguration
    public var preprocessor: ImagePreprocessor
    public var promptIDs: [Int]
    public var statistics: ActionStatistics
  }

  /// The right one, read from the folder's files.
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
  /// - Throws: what is missing in the weights, or has another shape.
  public func makeModel(_ configuration: OpenVLAConfiguration) throws -> OpenVLA {
    var random = SeededRandom(seed: 0)  // every weight is read over
    let model = OpenVLA(configuration, using: &random)
    try model.load(SafetensorsFolder(url: folder), with: OpenVLA.weights)
    return model
  }

  /// What the model says to do about the example's picture.
  /// - Throws: ``PromptError`` if the model does not read so many tokens, or not these.
  public func answer(_ model: OpenVLA, _ port: Port) throws -> OpenVLA.Answer {
    try model.answer(
      for: port.preprocessor([image]), promptIDs: port.promptIDs, statistics: port.statistics)
  }

  /// From the example's picture to an action, as `port` goes about it, with all stages on the way.
  /// - Throws: ``PromptError`` if the model does not read so many tokens, or not these; what is wrong
  ///   with the folder's files.
  public func run(_ port: Port) throws -> Run {
    try withoutGradient {
      let model = try makeModel(port.configuration)
      let pixels = try port.preprocessor([image])  // → [1, H, W, 6]
      let prompt = try model.prompt([port.promptIDs], images: pixels)  // → [1, T, D]
      var said: [Tensor] = []
      _ = Generation(model.language)(after: prompt, count: port.statistics.count) { step in
        said.append(step.logits.reshaped([1, -1]))  // [V] → [1, V]
        return true
      }
      let ours: KeyValuePairs<String, Tensor> = [
        "pixel_values": pixels.permuted([0, 3, 1, 2]),  // [1, H, W, 6] → [1, 6, H, W]
        "dino.features": model.geometry.features(pixels.sliced(axis: 3, 0..<3)),  // → [1, P, V1]
        "siglip.features": model.meaning.features(pixels.sliced(axis: 3, 3..<6)),  // → [1, P, V2]
        "projector": model.see(pixels),  // [1, H, W, 6] → [1, P, D]
        "merged_inputs_embeds": prompt,
        "lm.final_norm": model.language(prompt),  // [1, T, D] → [1, T, D]
        "generate.logits": .concatenated(said, axis: 0),  // A × [1, V] → [A, V]
      ]
      let scores = try tensor("generate.logits").sliced(axis: 0, 0..<1)  // [A, V] → [1, V]
      let answer = try self.answer(model, port)
      return Run(
        stages: try ours.map { Stage(name: $0, ours: $1, reference: try tensor($0)) },
        scoreDifference: Self.difference(said[0].values, scores.values),
        otherWords: zip(answer.tokens, tokens).count { $0 != $1 },
        actionDifference: Self.difference(answer.action.values.map(Double.init), action))
    }
  }

  /// What a port computed, and how far that is from the reference.
  public struct Run {
    public let stages: [Stage]
    /// Of the scores of all words for the action's first number: later ones also depend on the words
    /// that were chosen before them.
    public let scoreDifference: Double
    /// How many of the action's words are not the reference's.
    public let otherWords: Int
    /// Of the action, in robot units.
    public let actionDifference: Double

    /// In any number of any stage; infinite if a shape is another.
    public var largestDifference: Double { stages.map(\.largestDifference).max() ?? 0 }
  }

  /// One tensor, computed twice.
  public struct Stage {
    public let name: String
    public let ours, reference: Tensor

    /// In any number; infinite if not even the shapes agree.
    public var largestDifference: Double {
      guard ours.shape == reference.shape else { return .infinity }
      return PublishedExample.difference(ours.values, reference.values)
    }
  }

  private static func difference<N: BinaryFloatingPoint>(_ a: [N], _ b: [N]) -> Double {
    zip(a, b).map { Double(abs($0 - $1)) }.max() ?? 0
  }
}
