import Files
import Foundation
import NanoVLA

/// Vision-language models by name: which there are, which run, and how well each suits a robot.
///
///     VLMRegistry.shared.available                               // what runs
///     try VLMRegistry.shared.checkCompatibility("llava").score
///
///     let mine = VLMCapabilities(instructionTuned: true, jointPretraining: true, languageModel: true,
///       parameterCount: 1_100_000_000)
///     try VLMRegistry.shared.register(VLMEntry("my-vlm", family: .llava, capabilities: mine))
///
/// A name is compared without regard to case, to the hub's owner before a slash, and to whether its
/// words are joined by "-", "_" or a space. Any thread may ask and register.
public final class VLMRegistry: @unchecked Sendable {
  /// The one that everything uses unless told otherwise; it holds the ``VLMEntry/published`` ones.
  public static let shared = VLMRegistry()

  private var entries: [VLMEntry]
  private let lock = NSLock()

  public init(_ entries: [VLMEntry] = VLMEntry.published) { self.entries = entries }

  /// All, in the order of their registration.
  public var all: [VLMEntry] { lock.withLock { entries } }
  /// The names of those that run.
  public var available: [String] { all.filter(\.runs).map(\.name) }
  /// The names of those that there is no code for yet.
  public var planned: [String] { all.filter { !$0.runs }.map(\.name) }

  /// The VLM called `name`, or with this alias.
  /// - Throws: ``VLMError/unknownName(_:nearest:available:)``
  public func entry(for name: String) throws(VLMError) -> VLMEntry {
    let entries = all
    let wanted = VLMEntry.key(name)
    if let entry = entries.first(where: { $0.keys.contains(wanted) }) { return entry }
    let near = nearestNames(to: wanted, among: entries.flatMap { [$0.name] + $0.aliases })
    throw .unknownName(name, nearest: near, available: entries.filter(\.runs).map(\.name))
  }

  /// Adds a VLM of one's own.
  /// - Throws: ``VLMError/nameTaken(_:by:)`` if its name or an alias is another's;
  ///   ``VLMError/unusableName(_:)``.
  public func register(_ entry: VLMEntry) throws(VLMError) {
    for name in [entry.name] + entry.aliases where !VLMEntry.isUsable(name) {
      throw .unusableName(name)
    }
    lock.lock()
    defer { lock.unlock() }
    for name in [entry.name] + entry.aliases {
      if let owner = entries.first(where: { $0.keys.contains(VLMEntry.key(name)) }) {
        throw .nameTaken(name, by: owner.name)
      }
    }
    entries.append(entry)
  }

  /// How well `name` suits a robot with `actionDim` action dimensions, with reasons.
  /// - Throws: ``VLMError/unknownName(_:nearest:available:)``, ``VLMError/notActions(_:)``
  public func checkCompatibility(
    _ name: String, actionDim: Int = 7
  ) throws(VLMError) -> CompatibilityReport {
    guard actionDim > 0 else { throw .notActions(actionDim) }
    let entry = try entry(for: name)
    return CompatibilityReport(
      name: entry.name, capabilities: entry.capabilities, actionDim: actionDim)
  }

  /// How to train `name` for a robot with the 7 actions of an arm.
  public func recommendTransferStrategy(_ name: String) throws(VLMError) -> TransferStrategy {
    try checkCompatibility(name).strategy
  }
}
