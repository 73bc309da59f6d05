/// What a robot does while its policy thinks, and how the next chunk continues the present one.
///
/// - Reference: Black, Galliker and Levine, "Real-Time Execution of Action Chunking Flow Policies"
///   (2025), §2 (synchronous and asynchronous inference), §4 (real-time chunking).
public enum Execution: String, CaseIterable, Sendable, Codable {
  /// It stands still until the chunk arrives, then executes it from its first action on.
  case synchronous
  /// It continues the old chunk, and switches to the new one when that arrives: the actions whose
  /// time has passed are dropped.
  case asynchronous
  /// As asynchronous, but the new chunk is predicted to agree with the old one where they overlap:
  /// fully over the actions that will have been executed when it arrives, less and less after them
  /// (``SoftMask``). A ``FlowMatchingHead`` is guided while it integrates (inpainting); of any other
  /// head, the two predictions are averaged.
  case blended
}
