/// What the doctor found, rung by rung.
public struct DiagnosisReport: Encodable, Sendable {
  /// One test, and what it measured.
  public struct Rung: Encodable, Sendable {
    public let name: String
    /// The measurement in words: "38 of 40".
    public let found: String
    public let passed: Bool
    public let seconds: Double
  }

  public enum Verdict: String, Encodable, Sendable {
    /// Every rung passed.
    case healthy
    /// Nothing is broken, but the policy is not good: too few demonstrations, too little training.
    case weak
    /// A rung failed for the reason of ``DiagnosisReport/cause``.
    case fault
  }

  /// The rungs that ran, up to the first that failed.
  public var rungs: [Rung] = []
  public var verdict = Verdict.healthy
  /// The most likely cause of a fault.
  public var cause: Cause?
  /// What speaks for the cause, or what is weak.
  public var evidence = ""
  /// The next thing to look at.
  public var next = ""

  /// The report as lines of text.
  public var lines: [String] {
    let width = rungs.map(\.name.count).max() ?? 0
    var lines = rungs.map { rung in
      let name = rung.name + String(repeating: " ", count: width - rung.name.count)
      return "\(rung.passed ? "✓" : "✗") \(name)  \(rung.found)"
    }
    switch verdict {
    case .healthy: lines.append("healthy: every rung passed")
    case .weak: lines.append("weak, not faulty: \(evidence)")
    case .fault: lines += ["fault: \(cause?.rawValue ?? "")", "because: \(evidence)"]
    }
    if !next.isEmpty { lines.append("next: \(next)") }
    return lines
  }
}

/// What one rung says.
enum Finding {
  case passes(String)
  case weak(String, evidence: String, next: String)
  case fault(Cause, String, evidence: String)
}
