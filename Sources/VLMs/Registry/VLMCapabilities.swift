/// What a vision-language model brings along: the facts about it that decide how it should learn to
/// act, and how well it is suited.
public struct VLMCapabilities: Sendable, Equatable, Codable {
  /// It was trained on robots and says actions itself, as OpenVLA does.
  public var nativeActions: Bool
  /// It was tuned to do what it is told about an image, as LLaVA was.
  public var instructionTuned: Bool
  /// Images and text met in its training, in one network. False for CLIP + GPT-2, two models that
  /// never met.
  public var jointPretraining: Bool
  /// It has a language model that can write text. False for encoders such as ViLT, and for the toy
  /// VLM, which can only point.
  public var languageModel: Bool
  /// It was built for little memory and little delay, as FastVLM was.
  public var efficient: Bool
  /// All its numbers.
  public var parameterCount: Int

  public init(
    nativeActions: Bool = false, instructionTuned: Bool = false, jointPretraining: Bool = false,
    languageModel: Bool = false, efficient: Bool = false, parameterCount: Int
  ) {
    (self.nativeActions, self.instructionTuned) = (nativeActions, instructionTuned)
    (self.jointPretraining, self.languageModel) = (jointPretraining, languageModel)
    (self.efficient, self.parameterCount) = (efficient, parameterCount)
  }
}
