import Images
import NanoVLA
import Tensors
import TestSupport
import Testing

@testable import VLMs

/// A family that only these tests know, whose network generates action tokens.
@Suite struct AutoregressiveActionModelTests {
  @Test("another family that generates action tokens needs no head of its own")
  func otherFamily() throws {
    var random = SeededRandom(seed: 0)
    let llava = try VLMFamily.llava.nano(&random)
    let vlm = VLM(
      family: "speaking-llava", network: SpeakingLLaVA(llava.network as! LLaVA),
      tokenizer: llava.tokenizer, preprocessor: llava.preprocessor, isRandom: true,
      makePrompt: { try llava.makeReading($0, $1).prompt })
    let policy = try VLA.fromVLM(vlm, actionDim: 3, using: &random)
    #expect(policy.head is AutoregressiveActionHead)
    let windows = [RGBImage.Color(255, 0, 0), RGBImage.Color(0, 0, 255)].map {
      [Observation(RGBImage(width: 8, height: 8, color: $0))]
    }
    let instructions = ["go", "go far away"]
    let actions = [[0.5, -0.5, 0], [-0.9, 0.1, 0.7]] as [[Float]]
    let expert = ActionChunks(
      joining: actions.map { ActionChunks(of: [NormalizedAction($0)], chunk: 1) })
    policy.backbone.freeze(false)
    let optimizer = AdamW(policy.parameters, weightDecay: 0)
    for _ in 0..<60 {
      policy.head.loss(try policy.state(of: windows, instructions: instructions), expert).backward()
      optimizer.step(learningRate: 3e-3, maximumNorm: 1)
    }
    let learned = try zip(windows, instructions).flatMap {
      try policy.predictChunk($0, instruction: $1)[0].values
    }
    #expect(learned == policy.head.quantized(expert.actions).values)
  }
}

/// A LLaVA whose last 32 tokens are actions.
private final class SpeakingLLaVA: AutoregressiveActionModel {
  let llava: LLaVA
  init(_ llava: LLaVA) { self.llava = llava }
  var language: RotaryDecoder { llava.language }
  var imageSize: Int { llava.imageSize }
  var imageToken: Int? { llava.imageToken }
  var actionTokenizer: ActionTokenizer {
    ActionTokenizer(bins: 32, vocabulary: llava.configuration.language.vocabulary)
  }
  func encodeImage(_ images: Tensor) throws -> Tensor { llava.encodeImage(images) }
  func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try llava.prompt(ids, images: images)
  }
}
