import ArgumentParser
import NanoVLA

/// The action heads by their command-line names.
enum HeadName: String, ExpressibleByArgument, CaseIterable {
  case tokens, l1, mse, hybrid, flow, residual

  /// The head that `--head` and `--bins` ask for, with defaults from `before`.
  /// - Throws: ``RequestError`` if `--bins` is given for another head than the token head.
  static func kind(
    _ name: HeadName?, bins: Int?, before: ActionHeadKind
  ) throws -> ActionHeadKind {
    var kind = before
    switch name {
    case nil: break
    case .tokens: if case .tokens = before {} else { kind = .tokens(bins: 32) }
    case .l1: kind = .l1
    case .mse: kind = .mse
    case .hybrid: kind = .hybrid
    case .flow: kind = .flow
    case .residual: kind = .residual
    }
    guard let bins else { return kind }
    guard case .tokens = kind else {
      throw RequestError("--bins applies only to --head tokens: omit one of them")
    }
    return .tokens(bins: bins)
  }
}
