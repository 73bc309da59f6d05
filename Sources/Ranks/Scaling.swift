/// The time of shared work on more machines than there are, from times on one rank and on two.
///
/// A part A of the work is divided among the ranks and a part F is not (the optimizer's step). Every
/// sum of n numbers sends 2 (R − 1) messages, at worst one after another, and 2 (R − 1)/R · 4n bytes:
///
///     T(R) = A/R + F + m · s(R),    s(R) = 2 (R − 1) α + 2 (R − 1)/R · 4n/β
///
/// T(1) and T(2) are measured and give A and F. Assumed: machines as fast as this one, a switch that
/// carries all links at once, and equal shares.
///
/// - Letters: R ranks, m sums of n numbers in a piece of work, α the latency of a message in
///   seconds, β the bandwidth of a link in bytes a second.
/// - Reference: Thakur, Rabenseifner and Gropp, "Optimization of Collective Communication Operations
///   in MPICH" (2005), §3, the cost model.
package struct Scaling {
  /// A network: how long a message takes.
  package struct Network: Equatable {
    package let name: String
    package let latency: Double  // α
    package let bandwidth: Double  // β

    /// Typical for gigabit Ethernet with TCP; not measured here.
    package static let gigabit = Network(name: "gigabit", latency: 50e-6, bandwidth: 117e6)

    /// The network on which two ranks took `short` seconds for the sum of 1,000 numbers, and `long`
    /// for 1,000,000.
    package static func measured(short: Double, long: Double) -> Network {
      Network(
        name: "measured", latency: short / 2, bandwidth: 4 * 999_000 / max(long - short, 1e-9))
    }

    package init(name: String, latency: Double, bandwidth: Double) {
      (self.name, self.latency, self.bandwidth) = (name, latency, bandwidth)
    }

    /// s(R) in seconds.
    package func sum(of numbers: Int, ranks: Int) -> Double {
      let others = Double(ranks - 1)
      return 2 * others * latency
        + 2 * others / Double(ranks) * 4 * Double(numbers) / bandwidth
    }
  }

  private let divided, undivided: Double  // A, F
  private let sums: Double  // m
  private let numbers: Int  // n

  /// Work that took `one` second on one rank and `two` on two ranks of `network`.
  package init(one: Double, two: Double, sums: Double, of numbers: Int, on network: Network) {
    let exchange = sums * network.sum(of: numbers, ranks: 2)
    divided = min(one, max(0, 2 * (one - two + exchange)))
    undivided = one - divided
    (self.sums, self.numbers) = (sums, numbers)
  }

  /// T(R) in seconds.
  package func time(ranks: Int, on network: Network) -> Double {
    divided / Double(ranks) + undivided + sums * network.sum(of: numbers, ranks: ranks)
  }
}
