import ArgumentParser
import Files
import NanoVLA
import VLMs

/// The name of an action head on the command line, one of ``ActionHeadKind/known``.
struct HeadName: ExpressibleByArgument {
  static var allValueStrings: [String] {
    known.names.filter { $0 != AutoregressiveActionHead.kind }
  }
  private let kind: ActionHeadKind

  init?(argument: String) {
    guard Self.allValueStrings.contains(argument), let kind = Self.known[argument] else {
      return nil
    }
    self.kind = kind
  }

  /// All heads, those of VLMs included.
  private static var known: PartList<ActionHeadKind> {
    VLM.registersHeads
    return ActionHeadKind.known
  }

  /// The head that `--head` and `--bins` ask for, with defaults from `before`.
  /// - Throws: ``RequestError`` if `--bins` is given for another head than the token head.
  static func kind(
    _ name: HeadName?, bins: Int?, before: ActionHeadKind
  ) throws -> ActionHeadKind {
    var kind = name?.kind ?? before
    if kind.isTokens, before.isTokens { kind = before }  // its number of bins stays
    guard let bins else { return kind }
    guard kind.isTokens else {
      throw RequestError("--bins applies only to --head tokens: omit one of them")
    }
    return .tokens(bins: bins)
  }
}

extension ActionHeadKind {
  fileprivate var isTokens: Bool { part.type == TokenHead.self }
}
