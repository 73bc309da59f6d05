import Files
import Foundation
import NanoVLA

/// Vision-language models by name: which exist, which run, and how well each suits a robot.
///
///     VLMRegistry.shared.available                               // names of those that run
///     try VLMRegistry.shared.checkCompatibility("llava").score
///
///     let mine = VLMCapabilities(instructionTuned: true, jointPretraining: true, languageModel: true,
///       parameterCount: 1_100_000_000)
///     try VLMRegistry.shared.register(VLMEntry("my-vlm", family: .llava, capabilities: mine))
///
/// Names are compared without case, without the owner before a slash, and with "_" and " " as "-".
/// The registry is thread-safe.
public final class VLMRegistry: @unchecked Sendable {
  /// The default registry, with the ``VLMEntry/published`` VLMs.
  public static let shared = VLMRegistry()

  private var entries: [VLMEntry]
  private let lock = NSLock()

  /// A registry with these entries.
  public init(_ entries: [VLMEntry] = VLMEntry.published) { self.entries = entries }

  /// All entries in the order of registration.
  public var all: [VLMEntry] { lock.withLock { entries } }
  /// The names of the VLMs that run.
  public var available: [String] { all.filter(\.runs).map(\.name) }
  /// The names of the VLMs without code.
  public var planned: [String] { all.filter { !$0.runs }.map(\.name) }

  /// The VLM with this name or alias.
  /// - Throws: ``VLMError/unknownName(_:nearest:available:)``
  public func entry(for name: String) throws(VLMError) -> VLMEntry {
    let entries = all
    let wanted = VLMEntry.key(name)
    if let entry = entries.first(where: { $0.keys.contains(wanted) }) { return entry }
    let near = nearestNames(to: wanted, among: entries.flatMap { [$0.name] + $0.aliases })
    throw .unknownName(name, nearest: near, available: entries.filter(\.runs).map(\.name))
  }

  /// Adds a VLM.
  /// - Throws: ``VLMError/nameTaken(_:by:)`` if its name or an alias belongs to another VLM;
  ///   ``VLMError/invalidName(_:)``.
  public func register(_ entry: VLMEntry) throws(VLMError) {
    for name in [entry.name] + entry.aliases where !VLMEntry.isValid(name) {
      throw .invalidName(name)
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
  /// - Throws: ``VLMError/unknownName(_:nearest:available:)``, ``VLMError/noActionDimensions(_:)``
  public func checkCompatibility(
    _ name: String, actionDim: Int = 7
  ) throws(VLMError) -> CompatibilityReport {
    guard actionDim > 0 else { throw .noActionDimensions(actionDim) }
    let entry = try entry(for: name)
    return CompatibilityReport(
      name: entry.name, capabilities: entry.capabilities, actionDim: actionDim)
  }

  /// The transfer strategy for `name` on a robot with 7 action dimensions.
  /// - Throws: ``VLMError/unknownName(_:nearest:available:)``
  public func recommendTransferStrategy(_ name: String) throws(VLMError) -> TransferStrategy {
    try checkCompatibility(name).strategy
  }
}
