import NanoVLA
import Tensors

/// How OpenVLA acts: it is asked what to do, and its next tokens are the action.
///
/// Nothing is added to the language model. The 256 rarest tokens of its vocabulary were given a new
/// meaning, each a small range of numbers between −1 and +1; one token is written for every number
/// of the action, the likeliest each time, and ``ActionTokenizer`` reads them. What ±1 is for a robot
/// only the statistics of its data can tell: with another data set's, the same tokens move it by
/// wrong amounts.
///
/// Letters: H×W pixels, A action dimensions.
///
/// Reference: Kim et al., "OpenVLA" (2024), section 3.2; openvla/openvla,
/// prismatic/extern/hf/modeling_prismatic.py, predict_action, and vla-scripts/deploy.py, the prompt.
extension OpenVLA {
  /// What one look gave: the action, and the tokens that said it.
  public struct Answer: Sendable, Equatable {
    public let action: RobotAction  // [A], in the robot's units
    public let normalized: NormalizedAction  // [A]
    public let tokens: [Int]  // [A]
  }

  /// The question that OpenVLA was trained to answer. Instructions were lower-cased in training.
  @Sendable public static func question(for instruction: String) -> String {
    "In: What action should the robot take to \(instruction.lowercased())?\nOut:"
  }

  /// The question as token numbers, as ``prompt(_:images:)`` takes them, without the image.
  ///
  /// The last is "▁", a space with nothing after it. In training it stood between `Out:` and the
  /// action, and without it a model answers worse, although nobody can see it.
  /// - Throws: ``PromptError`` if the tokenizer has no such token.
  public static func promptIDs(
    for instruction: String, _ tokenizer: some Tokenizer
  ) throws(PromptError) -> [Int] {
    try promptIDs(question: question(for: instruction), tokenizer)
  }

  static func promptIDs(
    question: String, _ tokenizer: some Tokenizer
  ) throws(PromptError) -> [Int] {
    guard let space = tokenizer.id(of: "▁") else { throw .missingToken("▁") }
    let ids = tokenizer.encode(question)
    return ids.last == space ? ids : ids + [space]
  }

  /// What the robot is to do now.
  /// - Parameters:
  ///   - image: what the robot sees, [1, H, W, 6], normalized for each tower.
  ///   - promptIDs: from ``promptIDs(for:_:)``.
  ///   - statistics: of the robot's own data; they also say how many numbers an action has.
  ///   - each: called with every token as soon as it is chosen.
  /// - Throws: ``PromptError``.
  public func answer(
    for image: Tensor, promptIDs: [Int], statistics: ActionStatistics,
    each: (Int) -> Void = { _ in }
  ) throws -> Answer {
    let tokens = try actionTokens(
      for: image, promptIDs: promptIDs, count: statistics.count, each: each)
    let normalized = configuration.actions.decode(tokens)  // [A] tokens → [A] in −1 … 1
    return Answer(
      action: try statistics.robotAction(normalized), normalized: normalized, tokens: tokens)
  }

  /// As ``answer(for:promptIDs:statistics:each:)``, the action alone.
  public func action(
    for image: Tensor, promptIDs: [Int], statistics: ActionStatistics
  ) throws -> RobotAction {
    try answer(for: image, promptIDs: promptIDs, statistics: statistics).action
  }

  /// The `count` likeliest tokens after a prompt, one by one.
  /// - Throws: ``PromptError``, also if question and answer together are too long.
  public func actionTokens(
    for image: Tensor, promptIDs: [Int], count: Int, each: (Int) -> Void = { _ in }
  ) throws -> [Int] {
    let limit = textLimit - count
    guard promptIDs.count <= limit else {
      throw PromptError.tooLong(tokens: promptIDs.count, limit: max(limit, 0))
    }
    let read = try withoutGradient { try prompt([promptIDs], images: image) }  // [1, T + P, D]
    return Generation(language)(after: read, count: count) { step in
      each(step.token)
      return true
    }
  }
}
