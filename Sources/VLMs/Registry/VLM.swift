import Foundation
import Images
import NanoVLA
import Tensors

/// A VLM ready for use: its network, tokenizer, image preprocessing and prompt format.
///
/// One protocol, many backbones: in every family an image and a question become a sequence of tokens
/// that a language model reads (``prompt(_:_:)``), and from there on all families are alike. The last
/// hidden state, where the answer would begin, is the state for a policy's head.
///
/// - Letters: T tokens of a prompt, D width, N observations.
/// - Reference: Kim et al., "OpenVLA" (2024), §3.1: vision tower, projector, language model.
public final class VLM: Backbone {
  /// The name of its ``VLMFamily``.
  public let family: String
  /// Vision tower, projector and language model.
  public let network: any VisionLanguageModel
  /// Text ↔ token ids.
  public let tokenizer: any Tokenizer
  /// Images → the network's input.
  public let preprocessor: ImagePreprocessor
  /// Whether it has nano size and random weights.
  public let isRandom: Bool
  /// The checkpoint's folder; nil at nano size.
  public private(set) var folder: URL?
  /// The ``fingerprint`` of the weights in ``folder``.
  private(set) var publishedFingerprint: String?
  /// The state for a policy's head.
  public enum Readout: Sendable {
    /// The last hidden state, [D].
    case lastToken
    /// The whole prompt, [T·(D + 1)]: a ``WholePrompt``, for a head that is the language model itself.
    case wholePrompt
  }
  /// The tensors of the checkpoint that the network does not use.
  public internal(set) var unusedTensors: [String] = []
  /// The members of config.json that nothing reads, by their paths.
  public internal(set) var unreadKeys: [String] = []
  /// What this program does otherwise than the folder says, one line each.
  public internal(set) var notes: [String] = []
  /// The form of its states.
  public var readout = Readout.lastToken
  /// The tokens that a head generates after a ``Readout/wholePrompt``, for which there must be room.
  var answerTokens = 0
  /// The normalization of the robot's state that the network's own actions need; nil for none.
  public internal(set) var stateScaling: StateScaling?
  /// Tokens that end an answer.
  public let stops: Set<Int>
  /// A prompt [1, T, D], and the language model that reads it.
  public typealias Reading = (prompt: Tensor, reader: any LanguageModel)
  let makeReading: (String, PreparedImage) throws -> Reading
  /// Turns an instruction into a question.
  public let robotQuestion: (String) -> String

  /// A VLM of these parts.
  /// - Parameters:
  ///   - stops: the ids of tokens that end an answer.
  ///   - robotQuestion: turns an instruction into a question.
  ///   - makePrompt: a question and the preprocessed image → the prompt [1, T, D].
  public convenience init(
    family: String, network: any VisionLanguageModel, tokenizer: any Tokenizer,
    preprocessor: ImagePreprocessor, isRandom: Bool, stops: Set<Int> = [],
    robotQuestion: @escaping (String) -> String = VLM.robotQuestion,
    makePrompt: @escaping (String, PreparedImage) throws -> Tensor
  ) {
    self.init(
      family: family, network: network, tokenizer: tokenizer, preprocessor: preprocessor,
      isRandom: isRandom, stops: stops, robotQuestion: robotQuestion,
      makeReading: { (try makePrompt($0, $1), network.language) })
  }

  /// A VLM whose language model may attend to the image beside the prompt.
  init(
    family: String, network: any VisionLanguageModel, tokenizer: any Tokenizer,
    preprocessor: ImagePreprocessor, isRandom: Bool, stops: Set<Int>,
    robotQuestion: @escaping (String) -> String,
    makeReading: @escaping (String, PreparedImage) throws -> Reading
  ) {
    (self.family, self.network, self.tokenizer) = (family, network, tokenizer)
    (self.preprocessor, self.isRandom, self.stops) = (preprocessor, isRandom, stops)
    (self.robotQuestion, self.makeReading) = (robotQuestion, makeReading)
  }

  /// Records that the weights were read from `folder`.
  func wasRead(from folder: URL) {
    self.folder = folder.standardizedFileURL
    publishedFingerprint = fingerprint
  }

  /// The question for families without their own prompt for robots.
  @Sendable public static func robotQuestion(_ instruction: String) -> String {
    "What should the robot do to \(instruction)?"
  }
}
