import Foundation
import NanoVLA
import Testing

/// Damage to a policy's folder: one setting of its config.json, by its way from the top, is another
/// value; nil takes it away.
func setting(_ path: [String], to value: Any?) -> (URL) throws -> Void {
  { folder in
    let file = folder.appending(path: VLA.configurationFile)
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    let changed = try changing(#require(object as? [String: Any]), path[...], to: value)
    try JSONSerialization.data(withJSONObject: changed).write(to: file)
  }
}

private func changing(
  _ settings: [String: Any], _ path: ArraySlice<String>, to value: Any?
) throws -> [String: Any] {
  var (settings, key) = (settings, path[path.startIndex])
  settings[key] =
    path.count == 1
    ? value : try changing(#require(settings[key] as? [String: Any]), path.dropFirst(), to: value)
  return settings
}

/// A head or a backbone as config.json holds it.
func part(_ kind: String, _ configuration: [String: Any] = [:]) -> [String: Any] {
  ["kind": kind, "configuration": configuration]
}
