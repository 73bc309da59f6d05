/// What the museum tells about a ``Fault``.
public struct Story: Sendable {
  /// The name of the exhibit, "The gripper's sign".
  public let title: String
  /// What is switched in the pipeline.
  public let change: String
  /// Answer it before you run the exhibit.
  public let question: String
  /// What happens, and why no error is raised.
  public let explanation: String
  /// How to find it in a policy of one's own.
  public let diagnosis: String
  /// Where people met it: a public thread, and what it says.
  public let thread: String

  init(
    _ title: String, change: String, question: String, explanation: String, diagnosis: String,
    thread: String
  ) {
    (self.title, self.change, self.question) = (title, change, question)
    (self.explanation, self.diagnosis, self.thread) = (explanation, diagnosis, thread)
  }
}
