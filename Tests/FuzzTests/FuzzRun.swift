import Foundation

/// One run of a parser, in its own process.
struct FuzzRun {
  private let parser: FuzzedParser
  private static let limit = 1 << 20  // bytes of an input that are kept
  private static let secondsPerInput = 2.0

  init(_ parser: FuzzedParser) { self.parser = parser }

  /// Ends the process with a line on standard error at the first fault.
  func run() throws {
    let seeds = try parser.seeds()
    for (i, seed) in seeds.enumerated() {
      do { try parser.parse(seed) } catch { Self.fail("valid input \(i) is refused: \(error)") }
    }
    let crashers = parser.crashers
    let mutator = Mutator(seeds, form: parser.form)
    let factor = ProcessInfo.processInfo.environment["NANOVLA_FUZZ"].flatMap { Double($0) } ?? 1
    let count = Int(Double(parser.inputs) * factor)
    let memory = try Self.sharedMemory()
    for input in crashers { keep(input, memory); check(input, "crasher") }
    let (before, began) = (Self.residentMegabytes, Self.processorSeconds)
    var refused = 0
    for index in 0..<count {
      let input = mutator.input(index)
      keep(input, memory)
      if !check(input, "input \(index)") { refused += 1 }
    }
    let seconds = Self.processorSeconds - began
    let growth = Self.residentMegabytes - before
    guard growth <= parser.megabytes else {
      Self.fail("\(count) inputs grew the memory by \(growth) MB, not by \(parser.megabytes)")
    }
    guard refused > count / 50, refused < count else {
      Self.fail("\(refused) of \(count) inputs are refused: the mutations test nothing")
    }
    print(
      "\(parser.name): \(count) inputs, \(refused) refused, \(growth) MB more, "
        + String(format: "%.1f s", seconds))
  }

  /// Whether the parser read the input.
  @discardableResult private func check(_ input: [UInt8], _ what: String) -> Bool {
    let began = Self.processorSeconds
    defer {
      let seconds = Self.processorSeconds - began
      if seconds > Self.secondsPerInput { Self.fail("\(what) took \(seconds) s") }
    }
    do { try parser.parse(input) } catch {
      if let complaint = FuzzedParser.complaint(about: error) { Self.fail("\(what): \(complaint)") }
      return false
    }
    return true
  }

  private static func fail(_ line: String) -> Never {
    FileHandle.standardError.write(Data((line + "\n").utf8))
    exit(EXIT_FAILURE)
  }

  /// Memory of a file, which outlives a crash: length, then the bytes of the last input.
  private static func sharedMemory() throws -> UnsafeMutableRawPointer {
    let file = Scratch.file("input", [UInt8](repeating: 0, count: limit + 8))
    let descriptor = open(file.path, O_RDWR)
    defer { close(descriptor) }
    let memory = mmap(nil, limit + 8, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let memory, memory != MAP_FAILED else { fail("no memory for the last input") }
    return memory
  }

  private func keep(_ input: [UInt8], _ memory: UnsafeMutableRawPointer) {
    let count = min(input.count, Self.limit)
    memory.storeBytes(of: count, as: Int.self)
    (memory + 8).copyMemory(from: input, byteCount: count)
  }

  static func lastInput(in folder: URL) throws -> Data {
    let file = try Data(contentsOf: folder.appending(path: "input"))
    return file.dropFirst(8).prefix(file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) })
  }

  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The most that was resident so far; 0 where the system does not say.
  private static var residentMegabytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropLast().last.flatMap { Int($0) } ?? 0) / 1024
  }
}
