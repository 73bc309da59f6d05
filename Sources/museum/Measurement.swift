import Blackboard
import Diagnosis
import Foundation
import NanoVLA
import Runs
import Tabletop

/// How reliable the doctor is: `museum measure 5` plants every fault in the policies of five seeds, and
/// examines healthy policies of several suites, heads and numbers of demonstrations.
struct Measurement {
  let seeds: Int
  init(seeds: Int) { self.seeds = seeds }

  /// - Parameters:
  ///   - faults: those to plant.
  ///   - healthy: whether healthy policies are examined too.
  func run(_ faults: [Fault], healthy: Bool) throws {
    var right: [Bool] = []
    for fault in faults {
      var (causes, slowest): ([String], Double) = ([], 0)
      for seed in 0..<UInt64(seeds) {
        let (cause, seconds) = try cause(of: fault, seed: seed)
        right.append(cause == fault.cause)
        causes.append(cause?.rawValue ?? "none")
        slowest = max(slowest, seconds)
      }
      let counts = Dictionary(grouping: causes) { $0 }.mapValues(\.count)
      let text = counts.sorted { $0.value > $1.value }.map { "\($0.value) × \($0.key)" }
      print("\(fault.rawValue): \(text.joined(separator: ", ")), \(Int(slowest)) s at most")
    }
    if !faults.isEmpty { print("named: \(SuccessRate(right))") }
    if healthy { try examineHealthy() }
  }

  private func examineHealthy() throws {
    var alarms: [Bool] = []
    for seed in 0..<UInt64(seeds) {
      for (suite, count, head, chunk) in Self.healthy {
        var recipe = CloningRecipe(for: suite, demonstrations: count, seed: seed)
        recipe.steps = min(recipe.steps, 1500)
        (recipe.head, recipe.chunk) = (head, chunk)
        let setup = try Setup(recipe)
        let (report, seconds) = try timed { try setup.diagnosis() }
        alarms.append(report.verdict == .fault)
        print(
          "healthy \(suite) \(count), \(head.part.type.kind) in chunks of \(chunk), seed \(seed): "
            + "\(report.verdict.rawValue), \(Int(seconds)) s")
        if report.verdict == .fault { report.lines.forEach { print("  \($0)") } }
      }
    }
    print("false alarms: \(SuccessRate(alarms))")
  }

  /// What the doctor names, and the seconds that it takes.
  private func cause(of fault: Fault, seed: UInt64) throws -> (Cause?, Double) {
    guard fault.isInUpdate else {
      let broken = try fault.planted(in: setup(for: fault, seed: seed))
      return try timed { try broken.diagnosis().cause }
    }
    return try timed { try Exhibit.updateFinding(fault, seed: seed)?.cause }
  }

  private func timed<Result>(_ body: () throws -> Result) rethrows -> (Result, Double) {
    let began = Date()
    return (try body(), Date().timeIntervalSince(began))
  }

  /// Most faults are planted in one and the same policy of a seed.
  private func setup(for fault: Fault, seed: UInt64) throws -> Setup {
    let recipe = fault.recipe(seed: seed)
    if fault == .minMaxAsQuantiles { return try fault.setup(seed: seed) }
    if let trained = trained.setups.first(where: { $0.recipe == recipe }) { return trained }
    trained.setups.append(try fault.setup(seed: seed))
    return trained.setups[trained.setups.count - 1]
  }

  private final class Trained { var setups: [Setup] = [] }
  private let trained = Trained()

  /// Policies without a fault: suite, number of demonstrations, head, chunk.
  private static let healthy: [(Suite, Int, ActionHeadKind, Int)] = [
    (.object, 10, .tokens(bins: 32), 2), (.object, 100, .tokens(bins: 256), 2),
    (.object, 50, .flow, 2), (.object, 50, .fast, 4), (.object, 100, .text, 2),
    (.object, 25, .mse, 1), (.spatial, 50, .l1, 2), (.spatial, 100, .tokens(bins: 32), 4),
    (.spatial, 25, .hybrid, 2), (.goal, 100, .hybrid, 2), (.goal, 25, .tokens(bins: 32), 2),
    (.goal, 50, .fast, 4), (.long, 50, .tokens(bins: 32), 2), (.long, 100, .l1, 4),
    (.obstacle, 50, .flow, 2), (.obstacle, 100, .tokens(bins: 32), 2),
  ]
}
