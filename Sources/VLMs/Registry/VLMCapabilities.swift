/// The capabilities of a vision-language model. They decide how it should be trained to act, and how
/// well it is suited.
public struct VLMCapabilities: Sendable, Equatable, Codable {
  /// It was trained on robot data and predicts actions, as OpenVLA does.
  public var nativeActions: Bool
  /// It was tuned to follow instructions about images, as LLaVA was.
  public var instructionTuned: Bool
  /// It was trained on images and text jointly. False for CLIP + GPT-2, which were trained apart.
  public var jointPretraining: Bool
  /// It has a language model that generates text. False for encoders such as ViLT, and for the toy
  /// VLM, which can only point.
  public var languageModel: Bool
  /// It was designed for little memory and low latency, as FastVLM was.
  public var efficient: Bool
  /// The number of its parameters.
  public var parameterCount: Int

  /// Capabilities; those not given are absent.
  public init(
    nativeActions: Bool = false, instructionTuned: Bool = false, jointPretraining: Bool = false,
    languageModel: Bool = false, efficient: Bool = false, parameterCount: Int
  ) {
    (self.nativeActions, self.instructionTuned) = (nativeActions, instructionTuned)
    (self.jointPretraining, self.languageModel) = (jointPretraining, languageModel)
    (self.efficient, self.parameterCount) = (efficient, parameterCount)
  }
}
