import Foundation
import Ranks
import TestSupport
import Testing

/// What ranks do and fail at together.
@Suite struct AgreementTests {
  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private func failures(
    _ ranks: Int, _ body: @escaping (any Communicator) throws -> Void
  ) throws -> [String] {
    try ThreadRanks.run(ranks) { rank in
      do {
        try body(rank)
        return ""
      } catch { return "\(error)" }
    }
  }

  @Test("an error of one rank is thrown by all, with the number of the rank")
  func oneFails() throws {
    let found = try failures(3) { ranks in
      try ranks.together { if ranks.rank == 2 { throw Failure(description: "no such file") } }
    }
    #expect(found == Array(repeating: "rank 2: no such file", count: 3))
  }

  @Test("of several errors that of the lowest rank is thrown; an error of all names no rank")
  func severalFail() throws {
    let several = try failures(3) { ranks in
      try ranks.together {
        if ranks.rank > 0 { throw Failure(description: "failure \(ranks.rank)") }
      }
    }
    #expect(several == Array(repeating: "rank 1: failure 1", count: 3))
    let all = try failures(3) { ranks in
      try ranks.together { throw Failure(description: "bad option") }
    }
    #expect(all == Array(repeating: "bad option", count: 3))
  }

  @Test("a value of each rank is returned if none fails")
  func values() throws {
    #expect(try ThreadRanks.run(3) { ranks in try ranks.together { ranks.rank * 2 } } == [0, 2, 4])
  }

  @Test("a difference from rank 0 is an error that names the rank and both values")
  func difference() throws {
    let found = try failures(4) { ranks in
      try ranks.checkSame(ranks.rank == 3 ? "b" : "a") { "\($0), not \($1)" }
    }
    #expect(found == Array(repeating: "rank 3: a, not b", count: 4))
  }

  @Test("in turn, the other ranks find the files that rank 0 left, and only those that are named")
  func inTurn() throws {
    try withTemporaryFolder { folder in
      let read = try ThreadRanks.run(3) { ranks in
        let own = folder.appending(path: "\(ranks.rank)")
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        return try ranks.inTurn(copying: ["inner/made", "empty", "absent"], in: own) {
          if ranks.rank == 0 {
            let inner = own.appending(path: "inner")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            try Data("by 0".utf8).write(to: inner.appending(path: "made"))
            try Data().write(to: own.appending(path: "empty"))
            try Data("secret".utf8).write(to: own.appending(path: "other"))
          }
          return try String(contentsOf: own.appending(path: "inner/made"), encoding: .utf8)
        }
      }
      #expect(read == ["by 0", "by 0", "by 0"])
      let files = try FileManager.default.subpathsOfDirectory(
        atPath: folder.appending(path: "2").path)
      #expect(files.sorted() == ["empty", "inner", "inner/made"])
    }
  }
}
