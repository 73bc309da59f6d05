/// Stories about the update of reinforcement learning.
extension Fault {
  static let ofUpdates: [Fault: Story] = [
    .staleLogProbabilities: Story(
      "Stale log-probabilities",
      change:
        "The update's old ln p come from the policy before training, not from the one that acted.",
      question:
        "The ratio should be 1 before the first update. What does the clip do if it is not?",
      explanation: """
        The importance ratio corrects from the policy that acted to the one that learns. Taken from an \
        older policy, it soon leaves the trust region: what already improved is clipped and gets no \
        gradient. Learning stalls close to where it began.
        """,
      diagnosis: "Print the ratio before the first update of an iteration: it must be exactly 1.",
      thread: """
        https://github.com/thu-ml/tianshou/issues/745: whose weights give the old log-probability? \
        https://github.com/huggingface/trl/issues/454: ratios that are not 1 in the first epoch.
        """),
    .missingTemperature: Story(
      "The temperature missing in the update",
      change: "Actions are sampled at T = 1.6, ln p in the update is computed at T = 1.",
      question:
        "Both are log-probabilities of the same tokens. Is the gradient still the right one?",
      explanation: """
        At T = 1.6 another distribution acted. Probable tokens start with a ratio above 1 + clip, rare \
        ones far below 1 − clip: the objective pushes and clips before anything was learned.
        """,
      diagnosis: "The ratio before the first update is not 1; recomputed at the sampling T, it is.",
      thread: """
        https://github.com/OpenRLHF/OpenRLHF/pull/853 and \
        https://github.com/huggingface/trl/issues/4159: log-probabilities without the temperature.
        """),
  ]

  /// What the museum tells.
  public var story: Story {
    guard let story = Self.ofActions[self] ?? Self.ofInputs[self] ?? Self.ofUpdates[self] else {
      fatalError("Fault \(rawValue): no story")
    }
    return story
  }
}
