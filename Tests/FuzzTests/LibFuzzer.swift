import Foundation

// libFuzzer's two entry points, which `.ci/fuzz NAME` links. libFuzzer makes inputs that reach new branches
// of a parser; a trap, a memory fault or a slow input ends it with the input in a file.
// Reference: llvm.org/docs/LibFuzzer.html, "Fuzz Target".

/// The parser that `NANOVLA_FUZZED` names.
private let fuzzed = ProcessInfo.processInfo.environment["NANOVLA_FUZZED"]
  .flatMap(FuzzedParser.named)

/// Writes the parser's valid inputs to the folder `NANOVLA_CORPUS`.
@_cdecl("LLVMFuzzerInitialize")
public func prepareFuzzing(_: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?) -> CInt {
  guard let fuzzed, let corpus = ProcessInfo.processInfo.environment["NANOVLA_CORPUS"] else {
    print("NANOVLA_FUZZED must be one of " + FuzzedParser.all.map(\.name).joined(separator: ", "))
    exit(EXIT_FAILURE)
  }
  let mutator = { Mutator($0, form: fuzzed.form) }
  do {
    let seeds = try fuzzed.seeds() + fuzzed.crashers
    // Some mutated ones too: the search begins with more of the format's words.
    for (i, input) in (seeds + (0..<200).map(mutator(seeds).input)).enumerated() {
      try Data(input).write(to: URL(filePath: corpus).appending(path: "seed-\(i)"))
    }
  } catch {
    print("\(fuzzed.name): \(error)")
    exit(EXIT_FAILURE)
  }
  return 0
}

/// Reads one input; an error that a user should not see ends the search.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: bytes, count: count))
  do { try fuzzed!.parse(input) } catch {
    if let complaint = FuzzedParser.complaint(about: error) { fatalError(complaint) }
  }
  return 0
}
