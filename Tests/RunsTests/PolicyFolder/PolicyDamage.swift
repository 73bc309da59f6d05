import Foundation
import NanoVLA
import Testing

/// Damage to a policy's folder: one setting of its config.json, by its way from the top, is another
/// value; nil takes it away.
func setting(_ path: [String], to value: Any?) -> (URL) throws -> Void {
  { folder in
    let file = folder.appending(path: VLA.configurationFile)
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    var settings = try #require(object as? [String: Any])
    if path.count == 1 {
      settings[path[0]] = value
    } else {
      var inner = try #require(settings[path[0]] as? [String: Any])
      inner[path[1]] = value
      settings[path[0]] = inner
    }
    try JSONSerialization.data(withJSONObject: settings).write(to: file)
  }
}
