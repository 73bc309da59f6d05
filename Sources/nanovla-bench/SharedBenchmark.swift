import Foundation
import NanoVLA
import Ranks
import Runs
import Tabletop
import Tensors

/// What several ranks gain, and what meeting costs: the same work by rank 0 alone and by all ranks.
///
/// Alone and shared runs alternate, so that the load of the machine changes both alike.
struct SharedBenchmark {
  let ranks: any Communicator
  let repeats: Int

  func callAsFunction() throws {
    for count in [1000, 10_000, 50_000, 200_000, 1_000_000] {
      let numbers = Tensor.full([count], 1)
      measure("sum_\(count)", runs: 20 * repeats) { _ = ranks.sum(numbers) }
    }
    for batch in [64, 512] {
      let (alone, shared) = (try cloning(batch), try cloning(batch))
      try shared.check(among: ranks)
      measure(
        "cloning_step_\(batch)", runs: 20 * repeats, alone: { alone.step() },
        shared: { shared.step(among: ranks) })
    }
    let (alone, shared) = (try trainer(), try trainer())
    measure(
      "rl_iteration_16x8", runs: repeats,
      // The simulator's states and instructions fit the policy, so nothing is thrown.
      alone: { try! alone.step() }, shared: { try! shared.step(among: ranks) })
  }

  /// Prints the median and the least time of each; on rank 0.
  private func measure(
    _ work: String, runs: Int, alone: (() -> Void)? = nil, shared: () -> Void
  ) {
    var times: (alone: [Double], shared: [Double]) = ([], [])
    for run in 0..<runs + 2 {
      meet()
      if let alone, ranks.isFirst {
        let time = seconds(alone)
        if run >= 2 { times.alone.append(time) }
      }
      meet()
      let time = seconds(shared)
      if run >= 2 { times.shared.append(time) }
    }
    func line(_ count: Int, _ times: [Double]) {
      let sorted = times.sorted()
      let numbers = [sorted[sorted.count / 2], sorted[0]].map { String(format: "%.4f", $0 * 1e3) }
      print(
        """
        {"work": "\(work)", "ranks": \(count), "median_ms": \(numbers[0]), "min_ms": \(numbers[1])}
        """)
    }
    if !times.alone.isEmpty { line(1, times.alone) }
    line(ranks.count, times.shared)
    fflush(stdout)
  }

  /// Waits until all ranks are here.
  private func meet() { _ = ranks.gather(Tensor.zeros([1])) }

  private func seconds(_ body: () -> Void) -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  }

  private func cloning(_ batch: Int) throws -> BehaviorCloning {
    let cloning = try CloningRecipe(for: .object, demonstrations: 10).cloning()
    return BehaviorCloning(
      cloning.policy, on: cloning.examples, steps: 100_000, batchSize: batch)
  }

  private func trainer() throws -> GRPOTrainer {
    var configuration = RLConfiguration(totalEpochs: 100_000)
    configuration.settings.groups = 16
    configuration.settings.evaluateEvery = 0
    let cloning = try CloningRecipe(for: .object, demonstrations: 10).cloning()
    for _ in 0..<200 { cloning.step() }
    return try GRPOTrainer(cloning.policy, configuration)
  }
}
