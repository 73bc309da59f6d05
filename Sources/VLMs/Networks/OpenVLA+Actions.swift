import NanoVLA
import Tensors

/// OpenVLA's actions: asked what the robot should do, its next tokens are the action.
///
/// Nothing is added to the language model. The 256 least used tokens of its vocabulary are action
/// tokens: each stands for a bin between −1 and +1. One token is generated per action dimension, and
/// ``ActionTokenizer`` decodes them. The statistics of the robot's data turn ±1 into robot units: with
/// the statistics of another dataset the same tokens move the robot by wrong amounts.
///
/// - Letters: H×W pixels, A action dimensions.
/// - Reference: Kim et al., "OpenVLA" (2024), §3.2; openvla/openvla,
///   prismatic/extern/hf/modeling_prismatic.py, predict_action, and vla-scripts/deploy.py, the
///   prompt.
extension OpenVLA: AutoregressiveActionModel {
  public var actionTokenizer: ActionTokenizer { configuration.actions }

  /// An action, and the tokens that encode it.
  public struct Answer: Sendable, Equatable {
    public let action: RobotAction  // [A], in the robot's units
    public let normalized: NormalizedAction  // [A]
    public let tokens: [Int]  // [A]
  }

  /// The prompt that OpenVLA was trained on, with the instruction in lower case.
  @Sendable public static func question(for instruction: String) -> String {
    "In: What action should the robot take to \(instruction.lowercased())?\nOut:"
  }

  /// The token ids of the question, for ``prompt(_:images:)``.
  ///
  /// The last one is "▁", a space. In training it stood between `Out:` and the action; without it the
  /// model's actions are worse.
  /// - Throws: ``PromptError`` if the tokenizer has no such token, or ``TokenizerError``.
  public static func promptIDs(
    for instruction: String, _ tokenizer: some Tokenizer
  ) throws -> [Int] {
    try promptIDs(question: question(for: instruction), tokenizer)
  }

  static func promptIDs(
    question: String, _ tokenizer: some Tokenizer
  ) throws -> [Int] {
    guard let space = tokenizer.id(of: "▁") else { throw PromptError.missingToken("▁") }
    let ids = try tokenizer.encode(question)
    return ids.last == space ? ids : ids + [space]
  }

  /// The next action, with its tokens.
  /// - Parameters:
  ///   - image: [1, H, W, 6], normalized for each tower.
  ///   - promptIDs: from ``promptIDs(for:_:)``.
  ///   - statistics: of the robot's data; they also give the number of dimensions.
  ///   - each: called with every token as soon as it is generated.
  /// - Throws: ``PromptError``
  public func answer(
    for image: Tensor, promptIDs: [Int], statistics: ActionStatistics,
    each: (Int) -> Void = { _ in }
  ) throws -> Answer {
    let tokens = try actionTokens(
      for: image, promptIDs: promptIDs, count: statistics.count, each: each)
    let normalized = actionTokenizer.decode(tokens)  // [A] tokens → [A] in −1 … 1
    return Answer(
      action: try statistics.robotAction(normalized), normalized: normalized, tokens: tokens)
  }

  /// The next action; see ``answer(for:promptIDs:statistics:each:)``.
  /// - Throws: ``PromptError``
  public func action(
    for image: Tensor, promptIDs: [Int], statistics: ActionStatistics
  ) throws -> RobotAction {
    try answer(for: image, promptIDs: promptIDs, statistics: statistics).action
  }

  /// The `count` greedy tokens after a prompt.
  /// - Throws: ``PromptError``, also if prompt and answer together are too long; `PolicyError` if the
  ///   model's numbers are not finite.
  public func actionTokens(
    for image: Tensor, promptIDs: [Int], count: Int, each: (Int) -> Void = { _ in }
  ) throws -> [Int] {
    let limit = textLimit - count
    guard promptIDs.count <= limit else {
      throw PromptError.tooLong(tokens: promptIDs.count, limit: max(limit, 0))
    }
    let (tokens, tensor) = try ShapeTrace.firstNonFinite {
      let prompt = try withoutGradient {
        try self.prompt([promptIDs], images: image)  // → [1, T + P, D]
      }
      return Generation(language)(after: prompt, count: count) { step in
        each(step.token)
        return true
      }
    }
    if let tensor { throw PolicyError.notFinite(tensor) }
    return tokens
  }
}
