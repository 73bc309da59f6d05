import Foundation
import Simulators
import TestSupport
import Testing

@WaitingThread @Suite(.enabled(if: BridgeScript.canRun, "there is no python3"), .serialized)
struct BridgeTests {
  @Test func arraysArriveUnchanged() throws {
    let script = try BridgeScript(
      """
      @B["op"]("echo")
      def echo(parameters, arrays): return parameters, list(arrays.values())
      """)
    let bridge = try Bridge(script: script.file)
    let sent = [
      BridgeArray("numbers", [1.5, -.infinity, 1e-38, .pi], shape: [2, 2]),
      BridgeArray("none", []),
      BridgeArray(
        "bytes", type: "uint8", shape: [70_000], bytes: Data((0..<70_000).map { UInt8($0 & 255) })),
    ]
    let reply = try bridge.call("echo", ["text": "naïve\n\"quoted\" 🤖"], sent)
    #expect(reply.arrays == sent)
    #expect(try reply.result["text"].string() == "naïve\n\"quoted\" 🤖")
    #expect(reply.arrays[0].floats == [1.5, -.infinity, 1e-38, .pi])
  }

  @Test func anUnknownOperationNamesThoseThatExist() throws {
    let bridge = try Bridge()
    let error = #expect(throws: BridgeError.self) { try bridge.call("fly") }
    #expect("\(error!)".contains("no operation fly") && "\(error!)".contains("hello"))
    #expect(bridge.isRunning)
    try bridge.call("hello")
  }

  @Test func anErrorInPythonIsNamedAndTheProcessGoesOn() throws {
    let script = try BridgeScript(
      """
      @B["op"]("divide")
      def divide(parameters, arrays): return {}, 1 / 0
      """)
    let bridge = try Bridge(script: script.file)
    #expect(
      throws: BridgeError.failed(operation: "divide", "ZeroDivisionError: division by zero")
    ) { try bridge.call("divide") }
    try bridge.call("hello")
  }

  @Test func aMissingLibraryIsNamedWithTheLineThatInstallsIt() throws {
    let script = try BridgeScript(
      """
      @B["op"]("need")
      def need(parameters, arrays): return {}, B["library"]("no_such_library", "pip install it")
      """)
    let bridge = try Bridge(script: script.file)
    let error = #expect(throws: BridgeError.self) { try bridge.call("need") }
    guard case .missing(let text) = error else { return #expect(Bool(false), "\(error!)") }
    #expect(
      text.hasPrefix("no_such_library cannot be imported") && text.hasSuffix("pip install it"))
  }

  @Test func whatALibraryPrintsIsNoMessage() throws {
    let script = try BridgeScript(
      """
      @B["op"]("print")
      def talk(parameters, arrays):
          print("{}"); os.write(1, b"{}\\n" * 30000); os.system("echo {}")
          return {"done": True}, []
      """)
    let bridge = try Bridge(script: script.file)
    #expect(try bridge.call("print").result["done"].bool())
    try bridge.call("hello")
  }

  @Test func aProcessThatDiesIsNamedWithItsLastLine() throws {
    let script = try BridgeScript(
      """
      @B["op"]("die")
      def die(parameters, arrays): print("out of luck"); sys.stdout.flush(); os._exit(3)
      """)
    let bridge = try Bridge(script: script.file)
    let expected = BridgeError.ended(operation: "die", lastLine: "out of luck")
    #expect(throws: expected) { try bridge.call("die") }
    #expect(throws: expected) { try bridge.call("hello") }
  }

  @Test func aProcessThatHangsIsStoppedInTime() throws {
    let script = try BridgeScript(
      """
      @B["op"]("hang")
      def hang(parameters, arrays):
          while True: time.sleep(60)
      """)
    let bridge = try Bridge(script: script.file)
    let began = Date()
    let error = #expect(throws: BridgeError.self) { try bridge.call("hang", seconds: 0.3) }
    guard case .timedOut(operation: "hang", _, _) = error else {
      return #expect(Bool(false), "\(error!)")
    }
    #expect(Date().timeIntervalSince(began) < 30)
    #expect(hasEnded(bridge.processIdentifier))
  }

  @Test(arguments: [
    #"b"nonsense\n""#, #"b"{\"result\": 3}\n""#, #"b"{}\n""#,
    #"b"{\"result\": {}, \"arrays\": [{}]}\n""#,
    #"b"{\"result\": {}, \"arrays\": [{\"name\": \"a\", \"dtype\": \"uint8\", \"shape\": [1], \"bytes\": 99999999999}]}\n""#,
    #"b"{\"result\": {}, \"arrays\": [{\"name\": \"a\", \"dtype\": \"uint8\", \"shape\": [1], \"bytes\": -1}]}\n""#,
    #"b"x" * 3000000"#, #"b"\xff\xfe\n""#,
  ])
  func nonsenseIsRefusedAndTheProcessStopped(bytes: String) throws {
    let script = try BridgeScript(
      """
      @B["op"]("mumble")
      def mumble(parameters, arrays):
          B["replies"].write(\(bytes)); B["replies"].flush()
          while True: time.sleep(60)
      """)
    let bridge = try Bridge(script: script.file)
    let error = #expect(throws: BridgeError.self) { try bridge.call("mumble", seconds: 20) }
    guard case .garbled = error else { return #expect(Bool(false), "\(error!)") }
    #expect("\(error!)".count < 600)
    #expect(hasEnded(bridge.processIdentifier))
  }

  @Test func theProcessEndsWithItsBridge() throws {
    var bridge: Bridge? = try Bridge()
    let number = bridge!.processIdentifier
    bridge = nil
    #expect(hasEnded(number))
  }

  @Test func aPythonThatIsNotThereIsNamedWithTheOption() {
    let error = #expect(throws: BridgeError.self) { try Bridge(.init("/no/such/python")) }
    #expect("\(error!)".contains("/no/such/python") && "\(error!)".contains("--python"))
  }

  @Test func aProgramThatIsNoPythonEndsInAnError() {
    #expect(throws: BridgeError.self) { try Bridge(.init("true")) }
    #expect(throws: BridgeError.self) { try Bridge(.init("/tmp")) }
  }

  /// Whether a process ends within a minute. One that nobody has waited for yet counts as ended: how
  /// soon that happens is up to Foundation, which learns of it late while other tests start processes.
  private func hasEnded(_ number: Int32) -> Bool {
    for _ in 0..<1200 {
      guard let status = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
        let name = status.lastIndex(of: ")")
      else { return true }
      if status[name...].hasPrefix(") Z") { return true }
      Thread.sleep(forTimeInterval: 0.05)
    }
    return false
  }
}
