/// The form of a conversation in which a LLaVA-NeXT was tuned: that of its language model.
///
/// - Reference: the prompts that transformers documents for the published checkpoints of LLaVA-NeXT, of
///   which that of Llama 3 is written as LLaVA-NeXT's own code writes it.
enum LLaVANeXTDialog: Equatable {
  /// Mistral-7B-Instruct.
  case mistral
  /// Vicuna, and any other Llama.
  case vicuna
  /// Nous-Hermes-2-Yi-34B.
  case yi
  /// Llama 3.
  case llama3
  /// Qwen1.5 and Qwen2.
  case qwen

  /// The form of a language model of this `model_type`, whose special tokens tell more.
  init(of textModel: String, _ tokenizer: any Tokenizer) {
    let hasTurns = tokenizer.id(of: "<|im_start|>") != nil
    if textModel == "qwen2" {
      self = .qwen
    } else if tokenizer.id(of: "<|start_header_id|>") != nil {
      self = .llama3
    } else if hasTurns {
      self = .yi
    } else {
      self = textModel == "mistral" ? .mistral : .vicuna
    }
  }

  /// The prompt that asks `question` and begins the answer.
  func prompt(_ question: String) -> String {
    switch self {
    case .mistral: "[INST] \(question) [/INST]"
    case .vicuna:
      "A chat between a curious human and an artificial intelligence assistant. The assistant gives "
        + "helpful, detailed, and polite answers to the human's questions. USER: \(question) ASSISTANT:"
    case .yi:
      "<|im_start|>system\nAnswer the questions.<|im_end|><|im_start|>user\n\(question)<|im_end|>"
        + "<|im_start|>assistant\n"
    case .llama3:
      "<|start_header_id|>system<|end_header_id|>\n\nYou are a helpful language and vision assistant. "
        + "You are able to understand the visual content that the user provides, and assist the user "
        + "with a variety of tasks using natural language.<|eot_id|><|start_header_id|>user"
        + "<|end_header_id|>\n\n\(question)<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    case .qwen:
      "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n\(question)"
        + "<|im_end|>\n<|im_start|>assistant\n"
    }
  }
}
