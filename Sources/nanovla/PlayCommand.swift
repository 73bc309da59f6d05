import ArgumentParser
import Blackboard
import Console
import Foundation
import NanoVLA
import Runs
import Serving

/// `nanovla play`: a page on which a person gives a policy instructions, and sees what it computes.
struct PlayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "play",
    abstract: "Open a page to play with a policy on the tabletop.",
    discussion: """
      Type an instruction, drag objects, run the policy or drive the gripper yourself, and see what \
      the policy sees, where it attends, what it plans. Without --policy two heads are cloned on the \
      bundled VLM first, which takes some seconds. The page is for a browser on this machine; Ctrl-C \
      ends the server.
      """)

  @Option(
    help: ArgumentHelp(
      "Folder of a policy of the tabletop, written by nanovla train or nanovla rl. Repeat it to choose "
        + "among several, or to compare two.", valueName: "policy"))
  var policy: [String] = []

  @Option(help: "Folder of a dataset for the episodes that are kept, for nanovla train --data.")
  var recordings: String?

  @Option(help: "Port of the page; 0 takes a free one.")
  var port: UInt16 = 8080

  func run() throws {
    let policies = try policy.isEmpty ? cloned() : policy.map { (shortName($0), try read($0)) }
    let folder = recordings.map { URL(fileURLWithPath: $0, isDirectory: true) }
    let server = try PlayServer(PlayRoom(policies, recordings: folder), port: port)
    print("Open http://127.0.0.1:\(server.port) in a browser · end: Ctrl-C")
    Console.flush()
    try untilSignaled(stop: { server.stop() }) { try await server.start().value }
  }

  private func read(_ path: String) throws -> VLA {
    let policy = try PolicyFolder(path: path).policy(dataset: nil)
    try ActionSpace.tabletop.check(matches: policy.space)
    return policy
  }

  private func shortName(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.pathComponents.suffix(2).joined(separator: "/")
  }

  private func cloned() throws -> [(name: String, policy: VLA)] {
    let heads: KeyValuePairs<String, ActionHeadKind> = ["tokens": .tokens(bins: 32), "flow": .flow]
    return try heads.map { name, kind in
      FileHandle.standardError.write(Data("Cloning a policy with head \(name) …\n".utf8))
      return (name, try PlayRoom.cloned(kind))
    }
  }
}
