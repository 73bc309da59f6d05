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
    var sums: [Double] = []
    for count in [1000, 10_000, 50_000, 200_000, 1_000_000] {
      let numbers = Tensor.full([count], 1)
      sums.append(measure("sum_\(count)", runs: 20 * repeats) { _ = ranks.sum(numbers) }.shared)
    }
    let network = Scaling.Network.measured(short: sums[0], long: sums[4])
    for batch in [64, 512] {
      let (alone, shared) = (try cloning(batch), try cloning(batch))
      try shared.check(among: ranks)
      let work = "cloning_step_\(batch)"
      let times = measure(
        work, runs: 20 * repeats, alone: { alone.step() }, shared: { shared.step(among: ranks) })
      predict(work, times, sums: 1, of: shared.policy.head, on: network)
    }
    let (alone, shared) = (try trainer(), try trainer())
    let work = "rl_iteration_\(Self.groups)x8"
    let times = measure(
      work, runs: repeats,
      // The simulator's states and instructions fit the policy, so nothing is thrown.
      alone: { try! alone.step() }, shared: { try! shared.step(among: ranks) })
    let updates = Double(shared.optimizer.state.steps) / Double(shared.iteration)
    predict(work, times, sums: updates, of: shared.policy.head, on: network)
  }

  private static let groups = 64

  /// Measures the time of work by rank 0 alone and by all ranks, and prints it.
  /// - Returns: the medians in seconds; alone 0 if there is no such work.
  private func measure(
    _ work: String, runs: Int, alone: (() -> Void)? = nil, shared: () -> Void
  ) -> (alone: Double, shared: Double) {
    var times: (alone: [Double], shared: [Double]) = ([], [])
    for run in 0..<runs + 2 {  // the first two fill buffers and caches
      meet()
      let time = alone.map { ranks.isFirst ? seconds($0) : 0 } ?? 0
      meet()
      let sharedTime = seconds(shared)
      guard run >= 2 else { continue }
      times.alone.append(time)
      times.shared.append(sharedTime)
    }
    let (one, all) = (times.alone.sorted(), times.shared.sorted())
    if alone != nil { show(work, ranks: 1, ["median_ms": one[runs / 2], "min_ms": one[0]]) }
    show(work, ranks: ranks.count, ["median_ms": all[runs / 2], "min_ms": all[0]])
    return (one[runs / 2], all[runs / 2])
  }

  /// Prints what 8 and 64 machines would take, if two were measured.
  private func predict(
    _ work: String, _ times: (alone: Double, shared: Double), sums: Double,
    of head: any ActionHead, on network: Scaling.Network
  ) {
    guard ranks.count == 2 else { return }
    let scaling = Scaling(
      one: times.alone, two: times.shared, sums: sums, of: head.parameterCount, on: network)
    for count in [8, 64] {
      let predicted = [network, .gigabit].map {
        ("predicted_ms_\($0.name)", scaling.time(ranks: count, on: $0))
      }
      show(work, ranks: count, Dictionary(uniqueKeysWithValues: predicted))
    }
  }

  /// Prints times, in milliseconds, as one line of JSON.
  private func show(_ work: String, ranks: Int, _ times: [String: Double]) {
    let numbers = times.sorted { $0.key < $1.key }.map { name, time in
      "\"\(name)\": \(String(format: "%.4f", time * 1e3))"
    }
    print("{\"work\": \"\(work)\", \"ranks\": \(ranks), \(numbers.joined(separator: ", "))}")
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
    configuration.settings.groups = Self.groups
    configuration.settings.evaluateEvery = 0
    let cloning = try CloningRecipe(for: .object, demonstrations: 10).cloning()
    for _ in 0..<200 { cloning.step() }
    return try GRPOTrainer(cloning.policy, configuration)
  }
}
