import Files
import Foundation

/// A Python process that serves simulators and foreign datasets, one request after another.
///
/// The process has only what `bridge.py` needs of this program: a socket as its standard input and
/// output. Whatever a library prints goes to standard error, of which the last line is kept for errors.
/// A request waits no longer than its time; a process that is late, dead or speaks something else is
/// stopped, and every later request fails with the same error. The process ends with its ``Bridge``,
/// and by itself if this program dies.
///
/// One thread uses it at a time.
public final class Bridge {
  private let process = Process()
  private let connection: BridgeConnection
  private let printed = LastLine()
  /// What ended the process.
  private var failure: BridgeError?
  /// Foundation starts one process at a time.
  private static let starting = NSLock()

  /// Starts the process, and checks that it speaks this protocol.
  /// - Parameter script: the file to run; `bridge.py` of this package unless a test has another.
  public init(_ python: PythonInterpreter = .init(), script: URL? = nil) throws {
    let executable = try python.executable()
    let (ours, theirs) = try BridgeConnection.pair()
    connection = ours
    process.executableURL = executable
    process.arguments = ["-u", (try script ?? Self.script()).path]
    process.standardInput = theirs
    process.standardOutput = theirs
    let errors = Pipe()
    process.standardError = errors
    errors.fileHandleForReading.readabilityHandler = { [printed] handle in
      let data = handle.availableData
      if data.isEmpty {
        handle.readabilityHandler = nil
        printed.end()
      } else {
        printed.append(data)
      }
    }
    do {
      try Self.starting.withLock { try process.run() }
    } catch { throw BridgeError.noPython(python.path, oneLine(error)) }
    try? theirs.close()
    try? errors.fileHandleForWriting.close()
    let hello: Hello = try call("hello", seconds: 60).result.decoded()
    guard hello.protocol == Self.version else {
      throw BridgeError.garbled(operation: "hello", "protocol \(hello.protocol)")
    }
  }

  deinit { stop() }

  private static let version = 1
  private struct Hello: Decodable { let `protocol`: Int }

  private static func script() throws -> URL {
    try BundledFolder.locate(
      bundle: "nanoVLA_Simulators", folder: "Python", source: #filePath
    ).appending(path: "bridge.py")
  }

  /// Whether requests can still be made.
  public var isRunning: Bool { failure == nil }
  /// The process's number.
  public var processIdentifier: Int32 { process.processIdentifier }

  /// Makes a request and waits for the reply.
  /// - Parameter seconds: how long to wait at most.
  /// - Throws: ``BridgeError``.
  @discardableResult
  public func call(
    _ operation: String, _ parameters: some Encodable = [String: String](),
    _ arrays: [BridgeArray] = [], seconds: Double = 60
  ) throws -> (result: JSONValue, arrays: [BridgeArray]) {
    if let failure { throw failure }
    let deadline = Deadline(in: seconds)
    do {
      let request = try BridgeMessage.request(operation, parameters, arrays)
      try connection.send(request, before: deadline)
      return try BridgeMessage.reply(to: operation, from: connection, before: deadline)
    } catch let error as ConnectionError {
      throw stop(because: reason(error, operation, seconds))
    } catch let error as BridgeError where error.isFatal {
      throw stop(because: error)
    }
  }

  private func reason(
    _ error: ConnectionError, _ operation: String, _ seconds: Double
  ) -> BridgeError {
    switch error {
    case .closed:
      kill(process.processIdentifier, SIGKILL)  // it may live on with its output closed
      return .ended(operation: operation, lastLine: printed.whole)
    case .late: return .timedOut(operation: operation, seconds: seconds, lastLine: printed.text)
    case .longLine(let line):
      return .garbled(operation: operation, String(decoding: line, as: UTF8.self))
    }
  }

  private func stop(because error: BridgeError) -> BridgeError {
    failure = error
    stop()
    return error
  }

  private func stop() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
  }
}
