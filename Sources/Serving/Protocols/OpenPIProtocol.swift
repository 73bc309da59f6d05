import Foundation
import NanoVLA

/// openpi's WebSocket: the server speaks first, then a chunk of actions follows each observation.
///
///     server: {metadata}
///     client: {"observation/image": A, "observation/state": A, "prompt": "…"}
///     server: {"actions": A [K, A], "policy_timing": {…}, "server_timing": {…}}
///
/// An array's keys are bytes here. An error is a frame of text, then the end with code 1011.
///
/// - Reference: Physical-Intelligence/openpi, src/openpi/serving/websocket_policy_server.py.
struct OpenPIProtocol {
  let served: ServedPolicy
  let queue: InferenceQueue
  let metrics: Metrics

  /// The keys under which robots send their main camera and state; the first that is there is read.
  static let imageKeys = [
    "observation/image", "observation/exterior_image_1_left", "cam_high", "image",
  ]
  static let stateKeys = ["observation/state", "state"]

  /// Talks until the client leaves.
  func serve(_ socket: WebSocket) async throws {
    try await socket.send(.binary(metadata.data))
    var episode = served.newEpisode()
    var lastTotal: Double?
    while let message = try await socket.next() {
      let clock = ContinuousClock()
      let start = clock.now
      do {
        guard case .binary(let data) = message else {
          throw RequestProblem("a message of text: send MessagePack in binary")
        }
        let request = try request(MessagePack(data))
        var memory = episode
        let chunk = try await queue { try (served.chunk(for: request, in: &memory), memory) }
        episode = chunk.1
        let inference = Self.milliseconds(clock.now - start)
        var timing: [MessagePack.Entry] = [.init(.text("infer_ms"), .double(inference))]
        if let lastTotal { timing.append(.init(.text("prev_total_ms"), .double(lastTotal))) }
        let reply = MessagePack.object([
          "actions": NumPyArray(
            chunk.0.flatMap(\.values), shape: [chunk.0.count, served.policy.space.count]
          ).messagePack(.bytes),
          "policy_timing": .object(["infer_ms": .double(inference)]),
          "server_timing": .map(timing),
        ])
        try await socket.send(.binary(reply.data))
        lastTotal = Self.milliseconds(clock.now - start)
        metrics.count("openpi", "ok", seconds: (clock.now - start) / .seconds(1))
      } catch let error where !(error is WebSocketError || error is ConnectionError) {
        metrics.count("openpi", "error", seconds: (clock.now - start) / .seconds(1))
        try await socket.send(.text(line(of: error)))
        return try await socket.close(
          error is Busy ? .tryAgainLater : .internalError, "the error is in the frame before")
      }
    }
  }

  /// What the server says of itself.
  private var metadata: MessagePack {
    .object([
      "policy": .text(served.name), "action_dim": .int(Int64(served.policy.space.count)),
      "action_horizon": .int(Int64(served.policy.head.chunk)),
      "image_keys": .array(Self.imageKeys.map(MessagePack.text)),
      "state_keys": .array(
        served.policy.usesProprioception ? Self.stateKeys.map(MessagePack.text) : []),
    ])
  }

  private func request(_ message: MessagePack) throws -> PolicyRequest {
    guard message.isMap else { throw RequestProblem("an observation that is no map") }
    let cameras = message["images"] ?? message
    guard let key = Self.imageKeys.first(where: { cameras[$0] != nil }), let image = cameras[key]
    else {
      throw RequestProblem(
        "no image under any of \(Self.imageKeys.joined(separator: ", ")): name it so")
    }
    let stateKey = Self.stateKeys.first { message[$0] != nil }
    return try PolicyRequest(
      image: NumPyArray(image, key).image(key), instruction: message["prompt"]?.text,
      state: stateKey.map { try NumPyArray(message[$0]!, $0).floats($0) })
  }

  private static func milliseconds(_ duration: Duration) -> Double {
    duration / .milliseconds(1)
  }
}
