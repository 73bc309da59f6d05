import Files
import Foundation

/// What all ranks do or fail at together.
///
/// If one rank threw an error alone, the others would wait for it in their next collective operation.
/// So each part of a run that can fail ends with an exchange of how it went, and fails on all ranks.
extension Communicator {
  /// Runs `body` on all ranks. If it throws on any of them, this throws on all of them.
  /// - Returns: what `body` returned on this rank.
  /// - Throws: with one rank the error of `body`; else ``RankError`` with the error of the lowest rank
  ///   that failed.
  public func together<Value>(_ body: () throws -> Value) throws -> Value {
    guard count > 1 else { return try body() }
    let result = Result { try body() }
    var message = ""
    if case .failure(let error) = result { message = text(of: error) }
    let messages = gather(Array(message.utf8)).map { String(decoding: $0, as: UTF8.self) }
    if let failed = messages.firstIndex(where: { !$0.isEmpty }) {
      let isEverywhere = messages.allSatisfy { $0 == messages[failed] }
      throw RankError(rank: isEverywhere ? nil : failed, messages[failed])
    }
    return try result.get()
  }

  /// Runs `body` on rank 0, such as the writing of a file; throws on all ranks if it does.
  public func onFirst(_ body: () throws -> Void) throws {
    try together { if isFirst { try body() } }
  }

  /// Runs `body` on rank 0, then on the other ranks with copies of the files that it left.
  ///
  /// So a run needs no disk that all machines share: rank 0 prepares it, the others resume from what
  /// rank 0 wrote.
  /// - Parameters:
  ///   - names: paths in `folder` of the files to copy, of those that exist.
  ///   - folder: on each rank a folder of its own.
  public func inTurn<Value>(
    copying names: [String], in folder: URL, _ body: () throws -> Value
  ) throws -> Value {
    let first = try together { try isFirst ? body() : nil }
    try copy(names, in: folder)
    return try together { try first ?? body() }
  }

  /// Copies files of rank 0's folder into the folder of each other rank.
  public func copy(_ names: [String], in folder: URL) throws {
    guard count > 1 else { return }
    for name in names {
      let file = folder.appending(path: name)
      // One byte more than the contents, so that an empty file is not a missing one.
      let contents = try together {
        try isFirst && FileManager.default.fileExists(atPath: file.path)
          ? [1] + Array(Data(contentsOf: file)) : []
      }
      let received = gather(contents)[0]
      try together {
        guard !isFirst, !received.isEmpty else { return }
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(received.dropFirst()).writeAtomically(to: file)
      }
    }
  }

  /// Refuses ranks on which something differs that must be the same.
  /// - Parameters:
  ///   - value: of this rank, in a word.
  ///   - message: what the error says, for the values of rank 0 and of another rank.
  /// - Throws: ``RankError`` of the first rank whose value is not that of rank 0.
  public func checkSame(_ value: String, _ message: (String, String) -> String) throws {
    let values = gather(Array(value.utf8)).map { String(decoding: $0, as: UTF8.self) }
    guard let other = values.firstIndex(where: { $0 != values[0] }) else { return }
    throw RankError(rank: other, message(values[0], values[other]))
  }

  private func text(of error: any Error) -> String {
    let text = type(of: error) is NSError.Type ? oneLine(error) : "\(error)"
    return text.isEmpty ? "an error without a name" : text
  }
}

/// An error that ends a run on all ranks; rank 0 reports it.
public struct RankError: Error, Equatable, CustomStringConvertible {
  /// The rank where it happened; nil if it happened on all alike.
  public let rank: Int?
  /// What happened, with the remedy.
  public let message: String

  /// An error that all ranks throw.
  public init(rank: Int?, _ message: String) { (self.rank, self.message) = (rank, message) }

  public var description: String { (rank.map { "rank \($0): " } ?? "") + message }
}
