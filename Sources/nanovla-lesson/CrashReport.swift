import Foundation

/// The lines of a lesson's source that led to a fatal error, such as two shapes that do not fit.
///
/// By default Swift prints some 60 lines of registers and images after a fatal error, and asks what
/// to do next when it runs in a terminal. Here its backtracer writes a JSON file instead, and the
/// runner prints one line for each call within the checkout. A lesson whose user has set
/// `SWIFT_BACKTRACE` follows that setting.
struct CrashReport {
  let file: URL

  init() {
    file = FileManager.default.temporaryDirectory
      .appendingPathComponent("nanovla-crash-\(UUID().uuidString).json")
  }

  /// The value of the environment variable `SWIFT_BACKTRACE`.
  var settings: String {
    "enable=yes,interactive=no,color=no,threads=crashed,images=none,format=json,"
      + "output-to=\(file.path)"
  }

  /// The calls in files of `root`, innermost first; empty if there was no crash.
  func calls(in root: URL) -> [String] {
    guard let data = try? Data(contentsOf: file),
      let crash = try? JSONDecoder().decode(Crash.self, from: data)
    else { return [] }
    let frames = crash.threads.first { $0.crashed ?? false }?.frames ?? []
    var calls: [String] = []
    for frame in frames {
      // Every lesson runs inside Blackboard and every exercise inside its check; their frames say
      // nothing about the mistake.
      guard let place = frame.sourceLocation, place.line > 0,
        place.file.hasPrefix(root.path + "/"),
        !place.file.contains(#/\/Sources\/(Blackboard|Exercises)\//#),
        !(frame.symbol ?? "").hasSuffix("_main")
      else { continue }
      let call = "\(place.file.dropFirst(root.path.count + 1)):\(place.line)"
      if calls.last != call { calls.append(call) }
    }
    return calls
  }

  func remove() { try? FileManager.default.removeItem(at: file) }

  /// The part of the backtracer's JSON that is read.
  private struct Crash: Decodable {
    struct Place: Decodable {
      let file: String
      let line: Int
    }
    struct Frame: Decodable {
      let symbol: String?
      let sourceLocation: Place?
    }
    struct Thread: Decodable {
      let crashed: Bool?
      let frames: [Frame]
    }
    let threads: [Thread]
  }
}
