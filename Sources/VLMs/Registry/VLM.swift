import Foundation
import Images
import NanoVLA
import Tensors

/// A VLM with all that it needs to be used: its network, its tokenizer, its way with pictures, its way
/// of being asked.
///
/// One protocol, many backbones: whatever the family, a picture and a question become vectors that a
/// language model reads (``prompt(_:_:)``), and from there on all are alike. What was understood at
/// the last place, where the answer would begin, is what a policy's head is told.
///
/// Letters: T tokens of a prompt, D width, N observations.
///
/// Reference: Kim et al., "OpenVLA" (2024), section 3.1: vision tower, projector, language model.
public final class VLM: Backbone {
  public let family: String
  public let network: any VisionLanguageModel
  public let tokenizer: any Tokenizer
  public let preprocessor: ImagePreprocessor
  /// Built at nano size with random weights: it runs, and knows nothing.
  public let isRandom: Bool
  /// Where it was read from; nil at nano size.
  public private(set) var folder: URL?
  /// The ``fingerprint`` of the weights in ``folder``.
  private(set) var publishedFingerprint: String?
  /// What a policy's head is told.
  public enum Readout: Sendable {
    /// What was understood at the last place, [D].
    case lastToken
    /// All that the language model reads, [T·D]: for a head that is the language model itself.
    case wholePrompt
  }
  public var readout = Readout.lastToken
  /// Tokens that end an answer.
  public let stops: Set<Int>
  private let ask: (String, Tensor) throws -> Tensor
  /// How an instruction is put as a question.
  public let robotQuestion: (String) -> String

  /// - Parameters:
  ///   - ask: from a question and the preprocessed image [1, H, W, C] to the prompt [1, T, D].
  ///   - robotQuestion: how an instruction is put as a question.
  public init(
    family: String, network: any VisionLanguageModel, tokenizer: any Tokenizer,
    preprocessor: ImagePreprocessor, isRandom: Bool, stops: Set<Int> = [],
    robotQuestion: @escaping (String) -> String = VLM.robotQuestion,
    ask: @escaping (String, Tensor) throws -> Tensor
  ) {
    (self.family, self.network, self.tokenizer) = (family, network, tokenizer)
    (self.preprocessor, self.isRandom, self.stops) = (preprocessor, isRandom, stops)
    (self.robotQuestion, self.ask) = (robotQuestion, ask)
  }

  /// Notes that the weights were read from `folder`.
  func wasRead(from folder: URL) {
    self.folder = folder.standardizedFileURL
    publishedFingerprint = fingerprint
  }

  /// An instruction as a question, where a family has no words of its own for it.
  @Sendable public static func robotQuestion(_ instruction: String) -> String {
    "What should the robot do to \(instruction)?"
  }

  /// What the language model reads of a picture of any size and a question: [1, T, D].
  public func prompt(_ image: RGBImage, _ question: String) throws -> Tensor {
    let pixels = try preprocessor([image])  // → [1, H, W, C]
    let side = network.imageSize
    guard pixels.dim(1) == side, pixels.dim(2) == side else {
      throw VLMError.otherImageSize(pixels.shape, needed: side)
    }
    return try ask(question, pixels)
      .traced("prompt", "the picture's words and the question's, in one sequence")
  }

  /// Answers a question about a picture, the likeliest token each time.
  /// - Parameter each: called with every piece of text as soon as it is certain.
  public func answer(
    _ image: RGBImage, _ question: String, tokens: Int, each: (String) -> Void = { _ in }
  ) throws -> String {
    var stream = tokenizer.makeStream()
    var text = ""
    func tell(_ piece: String) {
      text += piece
      if !piece.isEmpty { each(piece) }
    }
    let asked = try withoutGradient { try self.prompt(image, question) }
    _ = Generation(network.language, stops: stops)(after: asked, count: tokens) { step in
      tell(stream.next(step.token))
      return true
    }
    tell(stream.finish())
    return text
  }
}

/// A VLM as a policy's backbone.
extension VLM {
  public var name: String { family }
  public var publishedParameters: [Tensor] { folder == nil ? [] : network.parameters }
  public var imageSize: Int? { nil }
  public var takesBatches: Bool { readout == .lastToken }

  public func stateWidth(usesProprioception: Bool) -> Int { width + (usesProprioception ? 4 : 0) }

  /// D
  var width: Int { network.language.embedding.weight.dim(1) }

  public func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor {
    try rows(
      observations, instructions, usesProprioception: usesProprioception && readout == .lastToken
    ) {
      let asked = try prompt($0.image, robotQuestion($1))  // → [1, T, D]
      guard readout == .lastToken else { return asked.reshaped([1, -1]) }  // → [1, T·D]
      let read = network.language(asked)  // [1, T, D] → [1, T, D]
      return read.sliced(axis: 1, read.dim(1) - 1..<read.dim(1)).reshaped([1, -1])  // → [1, D]
    }
    .traced("state", "what was understood where the answer would begin")
  }
}

extension Backbone {
  /// What is `understood` of each observation, [1, D], and with proprioception if `usesProprioception`, as rows:
  /// [N, D] or [N, D + 4].
  func rows(
    _ observations: [Observation], _ instructions: [String], usesProprioception: Bool,
    understood: (Observation, String) throws -> Tensor
  ) rethrows -> Tensor {
    let rows = try zip(observations, instructions).map { observation, instruction in
      let row = try understood(observation, instruction)  // → [1, D]
      guard usesProprioception else { return row }
      let proprioception = Tensor(observation.proprioception ?? [], shape: [1, 4])
      return Tensor.concatenated([row, proprioception], axis: 1)  // → [1, D + 4]
    }
    return Tensor.concatenated(rows, axis: 0)  // N × [1, S] → [N, S]
  }
}
