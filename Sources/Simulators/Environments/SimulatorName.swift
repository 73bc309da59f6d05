import Files

/// The name of a simulator and of one or more of its tasks: "metaworld:drawer-open-v3,reach-v3".
///
///     metaworld:TASK,…           one or more of MetaWorld's 50 tasks
///     libero:SUITE               all tasks of spatial, object, goal, 10 or 90
///     libero:SUITE/INDEX,…       some of them
///     gymnasium:ID               any Gymnasium environment; MODULE@ID imports MODULE first
///     toy:red,blue               a point that moves to a disc; needs nothing but Python
public struct SimulatorName: Sendable, Equatable, CustomStringConvertible {
  public enum Kind: String, Sendable, CaseIterable {
    case metaworld, libero, gymnasium, toy
    /// The side of its images for a policy that resizes them itself, in pixels: OpenVLA's in LIBERO.
    public var imageSize: Int { self == .libero ? 224 : 128 }
    /// About what a process of it needs, in megabytes.
    var megabytes: Int {
      switch self {
      case .metaworld, .gymnasium: 350
      case .libero: 1600
      case .toy: 30
      }
    }
  }

  public let kind: Kind
  /// At least one, each named once.
  public let tasks: [String]

  /// The name as it is written on the command line.
  /// - Throws: ``SimulatorError/unknownName(_:)``.
  public init(_ text: String) throws(SimulatorError) {
    guard let colon = text.firstIndex(of: ":"), let kind = Kind(rawValue: String(text[..<colon]))
    else { throw .unknownName(text) }
    let names = text[text.index(after: colon)...].split(
      separator: ",", omittingEmptySubsequences: false
    ).map(String.init)
    guard names.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 200 }), names.count <= 200,
      Set(names).count == names.count
    else { throw .unknownName(text) }
    self.kind = kind
    tasks = kind == .libero ? names.flatMap(Self.liberoTasks) : names
  }

  public var description: String { "\(kind.rawValue):\(tasks.joined(separator: ","))" }

  /// The key of statistics and datasets: "metaworld", or of one suite of LIBERO's "libero_spatial", as
  /// OpenVLA and SimpleVLA-RL write it.
  public var datasetName: String {
    let suites = Set(tasks.compactMap { $0.split(separator: "/").first })
    guard kind == .libero, suites.count == 1, let suite = suites.first else {
      return kind.rawValue
    }
    return "libero_\(suite)"
  }

  /// The key of this simulator's statistics among those of a published policy: ``datasetName``, or that of
  /// the same demonstrations without the steps in which the robot rested, on which OpenVLA was
  /// fine-tuned.
  public func statisticsKey(among keys: some Collection<String>) -> String {
    let withoutRests = datasetName + "_no_noops"
    return !keys.contains(datasetName) && keys.contains(withoutRests) ? withoutRests : datasetName
  }

  /// The tasks of a whole suite of LIBERO's: ten, or ninety.
  private static func liberoTasks(_ name: String) -> [String] {
    guard !name.contains("/") else { return [name] }
    return (0..<(name == "90" ? 90 : 10)).map { "\(name)/\($0)" }
  }
}

/// What is wrong with a request to a simulator.
public enum SimulatorError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownName(String)
  case unknownRendering(String)
  case outOfRange(String, Int, ClosedRange<Int>)
  /// What a task's simulator tells is not what it told of another task of the same name.
  case unequalTasks(String, String)
  /// A simulator that was started again did not come back to where it had been.
  case notReproducible(String)

  public var description: String {
    switch self {
    case .unknownName(let name):
      "unknown environment \"\(brief(name))\"; there are metaworld:TASK, libero:SUITE, "
        + "gymnasium:ID and toy:red, and several tasks are separated by commas"
    case .unknownRendering(let name):
      "unknown rendering \"\(brief(name))\"; there are fast and full"
    case .outOfRange(let name, let value, let range):
      "\(name) is \(value), but must be \(range.lowerBound) to \(range.upperBound)"
    case .unequalTasks(let first, let other):
      "\(brief(first)) and \(brief(other)) have other actions or states, so that one policy cannot act "
        + "in both"
    case .notReproducible(let task):
      "\(brief(task)): its process ended, and a new one that repeated the episode came to another "
        + "state; what was measured cannot be continued"
    }
  }
}
