import Files
import Foundation
import Images
import NanoVLA

/// OpenVLA's `POST /act`, and OpenVLA-OFT's on the same path.
///
///     {"image": A, "instruction": "…", "unnorm_key": "…"?}              → A, <f8 [7]
///     {"full_image": A, "…wrist…": A, "state": A, "instruction": "…"}   → [A, …], <f4 [7] each
///     {"encoded": "<either as JSON text>"}                              → the reply as a JSON string
///
/// An array A is json-numpy's (``NumPyArray``). A request is an episode of its own: plain HTTP has
/// no memory of what came before.
///
/// - Reference: openvla/openvla, vla-scripts/deploy.py; moojink/openvla-oft, vla-scripts/deploy.py.
///   One difference: they answer a wrong request with status 200 and "error", this with 400 and why.
struct ActProtocol {
  let served: ServedPolicy
  let queue: InferenceQueue

  /// The reply to the body of a request.
  /// - Throws: ``RequestProblem``, ``Busy`` or the policy's error.
  func reply(to body: Data) async throws -> String {
    var json = try JSONFile.parse(body, name: "the request")
    let isEncoded = json["encoded"].exists
    if isEncoded {
      json = try JSONFile.parse(Data(json["encoded"].string().utf8), name: "the request, encoded")
    }
    let isOFT = json["full_image"].exists
    let request = try PolicyRequest(
      image: NumPyArray(json: json[isOFT ? "full_image" : "image"]).image("the image"),
      instruction: json["instruction"].string(),
      state: json["state"].exists ? NumPyArray(json: json["state"]).floats("the state") : nil,
      unnormKey: json["unnorm_key"].exists ? json["unnorm_key"].string() : nil)
    let chunk = try await queue {
      var episode = served.newEpisode()
      return try served.chunk(for: request, in: &episode)
    }
    let steps = chunk.map { NumPyArray($0.values, shape: [$0.values.count]).json }
    let reply =
      isOFT ? "[\(steps.joined(separator: ","))]" : NumPyArray(doubles: chunk[0].values).json
    return isEncoded ? JSONWriter.quoted(reply) : reply
  }
}
