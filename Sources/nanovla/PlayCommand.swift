import ArgumentParser
import Blackboard
import Console
import Foundation
import NanoVLA
import Runs
import Serving
import Simulators

/// `nanovla play`: a page on which a person gives a policy instructions, and sees what it computes.
struct PlayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "play",
    abstract: "Open a page to play with a policy on the tabletop or in a simulator.",
    discussion: """
      Type an instruction, drag objects, run the policy or drive the gripper yourself, and see what \
      the policy sees, where it attends, what it plans. Without --policy two heads are cloned on the \
      bundled VLM first, which takes some seconds. The page is for a browser on this machine; Ctrl-C \
      ends the server.

      A policy of a simulator plays there:

        nanovla play --environment metaworld:drawer-open-v3,reach-v3 --policy run/policy \\
          --python VENV/bin/python
      """)

  @Option(
    help: ArgumentHelp(
      "Folder of a policy, written by nanovla train or nanovla rl. Repeat it to choose among several, "
        + "or to compare two.", valueName: "policy"))
  var policy: [String] = []

  @Option(help: "Folder of a dataset for the episodes that are kept, for nanovla train --data.")
  var recordings: String?

  @Option(help: "Port of the page; 0 takes a free one.")
  var port: UInt16 = 8080

  @OptionGroup(title: "Simulator") var simulator: SimulatorOptions

  func run() throws {
    let simulated = try simulator.settings()
    if simulated != nil, policy.isEmpty {
      throw RequestError("name a policy of the simulator with --policy: none is cloned for it")
    }
    if simulated != nil, recordings != nil {
      throw RequestError(
        "--recordings applies only to the tabletop: record a simulator with nanovla data "
          + "--environment")
    }
    let policies =
      try policy.isEmpty
      ? cloned() : policy.map { (shortName($0), try read($0, simulated?.name)) }
    let environment = try simulated.map {
      var settings = $0
      settings.imageSize = try imageSize(of: policies) ?? settings.name.kind.imageSize
      return try SimulatorEnvironment(settings)
    }
    let folder = recordings.map { URL(fileURLWithPath: $0, isDirectory: true) }
    let room = try PlayRoom(policies, recordings: folder, in: environment)
    let server = try PlayServer(room, port: port)
    print("Open http://127.0.0.1:\(server.port) in a browser · end: Ctrl-C")
    Console.flush()
    try untilSignaled(stop: { server.stop() }) { try await server.start().value }
    environment?.reportRestarts()
  }

  private func read(_ path: String, _ simulator: SimulatorName?) throws -> VLA {
    let folder = PolicyFolder(path: path)
    return try simulator.map { try folder.policy(in: $0) } ?? folder.policy(dataset: nil)
  }

  /// The size of the images that all policies see; nil if each resizes them itself.
  private func imageSize(of policies: [(name: String, policy: VLA)]) throws -> Int? {
    let sizes = Set(policies.compactMap { $0.policy.backbone.imageSize })
    guard sizes.count <= 1 else {
      let list = sizes.sorted().map(String.init).joined(separator: " and ")
      throw RequestError("the policies see images of \(list) pixels: play them one at a time")
    }
    return sizes.first
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
