import ArgumentParser
import NanoVLA

/// The heads as the command line names them.
enum HeadName: String, ExpressibleByArgument, CaseIterable {
  case tokens, l1, mse, hybrid, flow, residual

  /// The head that both options ask for, over the one that there was.
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
      throw RequestError("--bins is for --head tokens: leave one of them out")
    }
    return .tokens(bins: bins)
  }
}
