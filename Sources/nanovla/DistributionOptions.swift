import ArgumentParser
import Blackboard
import Console
import Foundation
import Ranks

/// The option of a training that several processes can share, and how it runs on each of them.
struct DistributionOptions: ParsableArguments {
  @Flag(help: "Share the training among the processes that mpirun starts.")
  var distributed = false

  /// Runs `body` on every rank: only rank 0 prints, and an error of all ranks is reported once.
  /// - Throws: ``RequestError`` or the error of `body`; on a rank other than 0 it names the rank.
  func run(_ body: (any Communicator) throws -> Void) throws {
    guard distributed else {
      if let count = OpenMPI.launchedCount, count > 1 {
        guard OpenMPI.launchedRank == 0 else { Foundation.exit(EXIT_FAILURE) }
        throw RequestError(
          "mpirun started \(count) processes, which would all do the whole training: add --distributed "
            + "to share it")
      }
      return try body(OneRank())
    }
    let ranks = try opened()
    if !ranks.isFirst { silence() }
    do {
      try ranks.checkThreads()
      try body(ranks)
      ranks.finish()
    } catch let error as RankError {  // on all ranks
      ranks.finish()
      guard ranks.isFirst else { Foundation.exit(EXIT_FAILURE) }
      throw error
    } catch {  // on this rank alone; when it ends, mpirun ends the others
      guard ranks.count > 1 else { throw error }
      throw RankError(rank: ranks.rank, "\(error)")
    }
  }

  private func opened() throws -> OpenMPI {
    do { return try OpenMPI() } catch {
      guard OpenMPI.launchedRank ?? 0 == 0 else { Foundation.exit(EXIT_FAILURE) }
      throw error  // the same on all ranks
    }
  }

  /// Discards what this process prints from now on, except for an error.
  private func silence() {
    let null = open("/dev/null", O_WRONLY)
    if null >= 0 { dup2(null, STDOUT_FILENO) }
    Progress.isShown = false
    // mpirun ends the ranks with these signals, and rank 0 reports them.
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
  }
}
