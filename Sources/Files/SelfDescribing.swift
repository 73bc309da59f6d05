import Foundation

/// A part of a policy that says how it was built, so that it can be saved, resumed and built again.
///
/// A head, a fusion or a backbone of your own needs three lines: a name for its type, the settings
/// that its initializer takes, and the settings it was made with.
///
///     static let kind = "tokens"
///     struct Configuration: Codable, Equatable, Sendable { var bins = 32 }
///     let configuration: Configuration
public protocol SelfDescribing: SendableMetatype {
  /// The settings that a part of this type is built from.
  associatedtype Configuration: Codable & Equatable & Sendable
  /// The name of the type, as saved policies and the list of its kinds hold it.
  static var kind: String { get }
  /// The settings that this part was built from.
  var configuration: Configuration { get }
}

/// The type and the configuration of a part, which together say how to build it.
public struct PartDescription: Sendable, Equatable {
  public let type: any SelfDescribing.Type
  public let configuration: any Codable & Equatable & Sendable

  public init<Part: SelfDescribing>(_ type: Part.Type, _ configuration: Part.Configuration) {
    (self.type, self.configuration) = (type, configuration)
  }

  public init(of part: some SelfDescribing) { self.init(Swift.type(of: part), part.configuration) }

  /// The first setting that is out of the range that ``Limits`` state for its name; nil if none is.
  public var validationError: PartError? {
    for (name, value) in Mirror(reflecting: configuration).children {
      guard let name, let size = value as? Int, let range = Limits.settings[name] else { continue }
      if !range.contains(size) { return PartError(name, "\(size) is not in \(range)") }
    }
    return nil
  }

  public static func == (a: Self, b: Self) -> Bool {
    func isSame<Configuration: Equatable>(_ configuration: Configuration) -> Bool {
      configuration == b.configuration as? Configuration
    }
    return a.type.kind == b.type.kind && isSame(a.configuration)
  }
}

/// What a user picks: a head, a fusion or a backbone that is yet to be built, such as
/// `.tokens(bins: 32)`.
///
/// Saved, it is the kind and the configuration: `{"kind": "tokens", "configuration": {"bins": 32}}`.
public protocol PartChoice: Sendable, Equatable, Codable {
  var part: PartDescription { get }
  init(_ part: PartDescription)
  /// The choices there are, one line each.
  static var known: PartList<Self> { get }
}

/// The choices of one sort, by name. Any thread may read and register.
public final class PartList<Choice: PartChoice>: @unchecked Sendable {
  private var choices: [(name: String, choice: Choice)]
  private let lock = NSLock()

  public init(_ choices: KeyValuePairs<String, Choice>) {
    self.choices = choices.map { ($0.key, $0.value) }
  }

  /// The names, in the order of registration.
  public var names: [String] { lock.withLock { choices.map(\.name) } }

  /// The choice called `name`; nil if there is none.
  public subscript(_ name: String) -> Choice? {
    lock.withLock { choices.first { $0.name == name }?.choice }
  }

  /// Adds `choice`, whose type can then be loaded, under `name`; an earlier one of that name is replaced.
  public func register(_ name: String, _ choice: Choice) {
    lock.withLock {
      choices.removeAll { $0.name == name }
      choices.append((name, choice))
    }
  }

  fileprivate func type(of kind: String) throws(PartError) -> any SelfDescribing.Type {
    let types = lock.withLock { choices.map(\.choice.part.type) }
    if let type = types.first(where: { $0.kind == kind }) { return type }
    let kinds = Set(types.map { $0.kind }).sorted().joined(separator: ", ")
    throw PartError("kind", "\"\(brief(kind))\" is not registered; there are \(kinds)")
  }
}

private enum PartKeys: String, CodingKey { case kind, configuration }

extension PartChoice {
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: PartKeys.self)
    let type = try Self.known.type(of: values.decode(String.self, forKey: .kind))
    func read<Part: SelfDescribing>(_ type: Part.Type) throws -> PartDescription {
      PartDescription(type, try values.decode(Part.Configuration.self, forKey: .configuration))
    }
    self.init(try read(type))
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: PartKeys.self)
    try values.encode(part.type.kind, forKey: .kind)
    try values.encode(part.configuration, forKey: .configuration)
  }
}

/// A part that cannot be built: which setting is to blame, and why.
public struct PartError: Error, Equatable, CustomStringConvertible {
  /// A key of the configuration.
  public let key: String
  public let reason: String

  public init(_ key: String, _ reason: String) { (self.key, self.reason) = (key, reason) }

  public var description: String { "\(brief(key)): \(oneLine(reason))" }
}
