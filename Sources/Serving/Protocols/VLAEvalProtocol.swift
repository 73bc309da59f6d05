import Foundation
import Images
import NanoVLA

/// vla-eval's WebSocket, protocol 1: the client speaks first and asks for one action at a time.
///
///     {"type": "hello", "payload": {…}, "seq": n, "timestamp": t}    → hello
///     episode_start: forget the last episode                         → no reply
///     observation {"images": {…}, "task_description": "…", "states": A}  → action {"actions": A [A]}
///     episode_end                                                    → no reply
///
/// The server keeps the rest of a chunk for the observations that follow. Images come as PNG files,
/// arrays with keys of text.
///
/// - Reference: allenai/vla-evaluation-harness, vla_eval/protocol.
struct VLAEvalProtocol {
  let served: ServedPolicy
  let queue: InferenceQueue
  let metrics: Metrics
  static let version: Int64 = 1

  /// Talks until the client leaves.
  func serve(_ socket: WebSocket) async throws {
    var episode = served.newEpisode()
    while let received = try await socket.next() {
      let clock = ContinuousClock()
      let start = clock.now
      var sequence = MessagePack.int(0)
      do {
        guard case .binary(let data) = received else {
          throw RequestProblem("a message of text: send MessagePack in binary")
        }
        let message = try MessagePack(data)
        sequence = message["seq"] ?? sequence
        let payload = message["payload"] ?? .map([])
        switch message["type"]?.text {
        case "hello": try await send("hello", try hello(payload), sequence, on: socket)
        case "episode_start": episode = served.newEpisode()
        case "episode_end": break
        case "observation":
          let request = try request(payload)
          var memory = episode
          let result = try await queue { try (served.action(for: request, in: &memory), memory) }
          episode = result.1
          let action = NumPyArray(result.0.values, shape: [result.0.values.count])
          try await send(
            "action", .object(["actions": action.messagePack(.text)]), sequence, on: socket)
          metrics.count("vla-eval", "ok", seconds: (clock.now - start) / .seconds(1))
        case let type:
          throw RequestProblem(
            "a message of type \(type ?? "unknown"): hello, episode_start, observation and "
              + "episode_end are read")
        }
      } catch let error where !(error is WebSocketError || error is ConnectionError) {
        metrics.count("vla-eval", "error", seconds: (clock.now - start) / .seconds(1))
        let payload = MessagePack.object(["error": .text(line(of: error))])
        try await send("error", payload, sequence, on: socket)
      }
    }
  }

  private func send(
    _ type: String, _ payload: MessagePack, _ sequence: MessagePack, on socket: WebSocket
  ) async throws {
    let message = MessagePack.object([
      "type": .text(type), "payload": payload, "seq": sequence,
      "timestamp": .double(Date().timeIntervalSince1970),
    ])
    try await socket.send(.binary(message.data))
  }

  private func request(_ payload: MessagePack) throws -> PolicyRequest {
    guard case .map(let images)? = payload["images"],
      let camera = images.first(where: { $0.key.text?.contains("wrist") == false }),
      let name = camera.key.text
    else { throw RequestProblem("an observation without the image of a camera at rest") }
    return try PolicyRequest(
      image: image(camera.value, name), instruction: payload["task_description"]?.text,
      state: payload["states"].map { try NumPyArray($0, "states").floats("states") })
  }

  private func image(_ value: MessagePack, _ name: String) throws -> RGBImage {
    guard value["__image__"] == .bool(true) else {
      return try NumPyArray(value, name).image(name)
    }
    guard case .bytes(let data)? = value["data"] else {
      throw RequestProblem("\(name) is an image without data")
    }
    switch value["format"]?.text {
    case "png": return try RGBImage(pngData: data, name: name)
    case "raw":
      guard case .array(let lengths)? = value["shape"] else {
        throw RequestProblem("\(name) is a raw image without shape")
      }
      let shape = lengths.compactMap { if case .int(let length) = $0 { Int(length) } else { nil } }
      return try NumPyArray(dtype: "|u1", shape: shape, bytes: data).image(name)
    case let format:
      throw RequestProblem(
        "\(name) is an image in the format \(format ?? "unknown"): png and raw are read "
          + "(the client's image_format)")
    }
  }
}
