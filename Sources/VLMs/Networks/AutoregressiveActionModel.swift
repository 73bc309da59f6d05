import NanoVLA

/// A vision-language model that generates actions: its answer to an image and a robot's instruction
/// is one token for each action dimension.
///
/// A family that conforms gets ``AutoregressiveActionHead`` in ``VLA/fromVLM(_:modelPath:actionDim:head:unnormKey:seed:)``.
///
/// - Reference: Brohan et al., "RT-2" (2023), §3.2, actions as text tokens.
public protocol AutoregressiveActionModel: VisionLanguageModel {
  /// Which tokens of the language model's vocabulary are actions, and what they mean.
  var actionTokenizer: ActionTokenizer { get }
}
