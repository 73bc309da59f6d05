import Foundation
import NanoVLA
import Tabletop

/// One exhibit of the bug museum, run: the success of the healthy policy and of the broken one on the
/// same layouts, and what the doctor says of the broken one.
public struct Exhibit {
  public let fault: Fault
  public let healthy, broken: SuccessRate
  public let cause: Cause?
  public let evidence: String

  /// Trains a policy (a few seconds), breaks it, and drives both on `episodes` held-out layouts.
  public init(_ fault: Fault, seed: UInt64 = 0, episodes: Int = 60) throws {
    self.fault = fault
    if fault.isInUpdate {
      let (started, learned) = try (
        Setup(fault.recipe(seed: seed)), Setup(fault.recipe(seed: seed))
      )
      let settings = Self.settings(seed)
      try UpdateRun(nil, settings)(learned.policy, in: learned.environment)
      healthy = try learned.success(on: episodes)
      let found = try Self.finding(fault, started, learned.policy, settings)
      (cause, evidence) = (found?.cause, found?.evidence ?? "")
      try UpdateRun(fault, settings)(started.policy, in: started.environment)
      broken = try started.success(on: episodes)
    } else {
      let setup = try fault.setup(seed: seed)
      let planted = try fault.planted(in: setup)
      (healthy, broken) = (try setup.success(on: episodes), try planted.success(on: episodes))
      let report = try planted.diagnosis()
      (cause, evidence) = (report.cause, report.evidence)
    }
  }

  /// A few short iterations: enough to see which way it goes.
  static func settings(_ seed: UInt64) -> GRPOSettings {
    var settings = GRPOSettings()
    (settings.iterations, settings.groups, settings.minibatchSize) = (15, 16, 128)
    (settings.temperature, settings.learningRate, settings.seed) = (1.6, 1e-3, seed)
    return settings
  }

  /// What the doctor says of a fault of the update, after a few healthy iterations.
  public static func updateFinding(
    _ fault: Fault, seed: UInt64
  ) throws -> (cause: Cause, evidence: String)? {
    let (started, learned) = try (Setup(fault.recipe(seed: seed)), Setup(fault.recipe(seed: seed)))
    var settings = settings(seed)
    settings.iterations = 2
    try UpdateRun(nil, settings)(learned.policy, in: learned.environment)
    return try finding(fault, started, learned.policy, settings)
  }

  /// What the doctor says of rollouts whose stored ln p are wrong as `fault` makes them.
  static func finding(
    _ fault: Fault, _ started: Setup, _ learned: VLA, _ settings: GRPOSettings
  ) throws -> (cause: Cause, evidence: String)? {
    guard let start = started.policy.head as? any TokenPolicyHead,
      let now = learned.head as? any TokenPolicyHead
    else { return nil }
    let seeds = (0..<4).map { Suite.firstPracticeSeed + UInt64($0) }
    let rollouts = GroupRollouts(
      in: started.environment, groupSize: 4, temperature: settings.temperature)
    let groups = try rollouts(started.policy, start, seeds: seeds, draw: settings.seed)
    return fault == .missingTemperature
      ? UpdateDiagnosis(start, temperature: 1)(groups)
      : UpdateDiagnosis(now, temperature: settings.temperature)(groups)
  }
}

extension Setup {
  /// The doctor's report on it.
  public func diagnosis() throws -> DiagnosisReport {
    try Diagnosis(
      policy, on: demonstrations, in: environment, executionHorizon: executionHorizon)()
  }
}
