import ArgumentParser
import Files
import Foundation
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
  /// - Throws: ``RequestError`` if `--bins` is given for a head whose configuration has no bins.
  static func kind(
    _ name: HeadName?, bins: Int?, before: ActionHeadKind
  ) throws -> ActionHeadKind {
    var kind = name?.kind ?? before
    let text = try JSONWriter.text(kind, spaced: false)
    let setting = #/"bins":\s*\d+/#
    let hasBins = text.contains(setting)
    if hasBins, kind.part.type.kind == before.part.type.kind { kind = before }  // its bins stay
    guard let bins else { return kind }
    guard hasBins else {
      throw RequestError("--bins applies only to --head tokens: omit one of them")
    }
    let changed = text.replacing(setting, with: "\"bins\":\(bins)")
    return try JSONFile.parse(Data(changed.utf8), name: "--bins").decoded()
  }
}
