import ArgumentParser
import Console
import Files
import Foundation
import NanoVLA
import Serving
import VLMs

/// `nanovla serve`: a policy behind a port, for the field's clients.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve a policy to the clients of OpenVLA, openpi and vla-eval.",
    discussion: """
      POST /act           OpenVLA and OpenVLA-OFT, with json-numpy's arrays
      WebSocket at /      openpi, and vla-eval, whose client speaks first
      GET                 /health, /metadata, /metrics (for Prometheus)

      Only programs of this machine are served, unless --host says otherwise; then clients must send \
      the token of --token-file. Ctrl-C or SIGTERM ends the server once what runs is answered.
      """)

  @Option(help: "Folder of a policy that nanovla train or nanovla rl wrote.")
  var policy: String?

  @Option(help: "Folder of a published VLM that generates actions: openvla, pi0.")
  var modelPath: String?

  @Option(help: "Dataset whose statistics convert to robot units, unless a request names one.")
  var unnormKey: String?

  @Option(help: "Address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "Port to listen on; 0 takes a free one.")
  var port: UInt16 = 8000

  @Option(help: "File with the token that clients must send; required off loopback.")
  var tokenFile: String?

  @Option(
    help: ArgumentHelp(
      "Actions of each chunk that vla-eval's clients execute before the policy observes again. "
        + "(default: the whole chunk)"))
  var executionHorizon: Int?

  @Flag(help: "Give vla-eval's clients the mean of all predictions for each step.")
  var ensemble = false

  @Option(help: "Requests that may wait; more are answered with status 503.")
  var queue = 64

  func run() throws {
    guard queue > 0 else { throw RequestError("--queue \(queue): at least one request") }
    let (path, statistics) = try source()
    let served = try ServedPolicy(
      read(path),
      name: URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent,
      statistics: statistics, executionHorizon: executionHorizon, ensembles: ensemble)
    let server = try PolicyServer(
      served, .init(host: host, port: port, token: token(), queueLength: queue))
    let address = host.contains(":") ? "[\(host)]" : host
    print("Serving \(served.name) at http://\(address):\(server.port)")
    print("POST /act · WebSocket / (openpi, vla-eval) · GET /metadata, /metrics · end: Ctrl-C")
    Console.flush()
    try untilSignaled(stop: { server.stop() }) { try await server.start().value }
  }

  /// The folder, and the statistics that requests may choose among.
  private func source() throws -> (path: String, [String: ActionStatistics]) {
    switch (policy, modelPath) {
    case (let path?, nil):
      guard PolicyFolder(path: path).exists else {
        throw RequestError(
          "\(path) holds no policy of nanovla train: name a published VLM as --model-path")
      }
      let file = URL(fileURLWithPath: path).appending(path: VLA.statisticsFile)
      return (path, try ActionStatistics.readAll(file))
    case (nil, let path?):
      let folder = URL(fileURLWithPath: path, isDirectory: true)
      let hasStatistics = try VLM.family(of: folder).name == VLMFamily.openVLA.name
      return (path, hasStatistics ? try ActionStatistics.readAll(modelFolder: folder) : [:])
    default: throw RequestError("serve either --policy DIR or --model-path DIR")
    }
  }

  /// A π0 reads the robot's state where its folder says what the numbers mean.
  private func read(_ path: String) throws -> VLA {
    let own = PolicyFolder(path: path)
    if own.exists { return try own.policy(dataset: unnormKey) }
    let policy = try VLA.published(path, unnormKey: unnormKey, givesState: true)
    guard policy.isExpert, (policy.backbone as? VLM)?.stateScaling == nil else { return policy }
    return try .published(path, unnormKey: unnormKey, givesState: false)
  }

  private func token() throws -> String? {
    guard let tokenFile else { return nil }
    let file = URL(fileURLWithPath: tokenFile)
    let text = String(decoding: try Data(regularFile: file, limit: 4096), as: UTF8.self)
    let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard token.utf8.count >= 16 else {
      throw RequestError("\(tokenFile): a token needs at least 16 characters")
    }
    return token
  }
}
