import Blackboard
import Console
import Diagnosis
import Files
import Foundation
import NanoVLA

/// The bug museum: famous failures on the real pipeline. `nanovla-lesson break NAME` runs it.
@main
enum Museum {
  static func main() {
    Console.begin()
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
      Console.flush()
    } catch let error as MuseumError {
      Console.fail("\(error)", status: 64)  // EX_USAGE of sysexits.h
    } catch { Console.fail("\(error)") }
  }

  private static func run(_ arguments: [String]) throws {
    var (names, seed, isJSON): ([String], UInt64, Bool) = ([], 0, false)
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--json": isJSON = true
      case "--seed":
        let text = rest.popFirst() ?? ""
        guard let number = UInt64(text) else {
          throw MuseumError("--seed is “\(text.prefix(40))”, but must be a number from 0 on")
        }
        seed = number
      default: names.append(argument)
      }
    }
    if names.count > 1, names[0] == "measure" { return try measure(names[1...]) }
    guard names.count < 2 else { throw MuseumError("one exhibit at a time, not \(names.count)") }
    guard let name = names.first else { return list(isJSON) }
    guard let fault = Fault(rawValue: name) else {
      let all = Fault.allCases.map(\.rawValue)
      let near = nearestNames(to: name, among: all, limit: 1)[0]
      throw MuseumError(
        "no exhibit “\(name.prefix(40))”, did you mean \(near)? There are "
          + all.joined(separator: ", "))
    }
    try show(fault, seed: seed, isJSON)
  }

  /// `museum measure 5`, or with `healthy` or `faults` one half of it.
  private static func measure(_ words: ArraySlice<String>) throws {
    let half = words.dropFirst().first
    guard let seeds = words.first.flatMap({ Int($0) }), 1...1000 ~= seeds, words.count <= 2,
      [nil, "healthy", "faults"].contains(half)
    else { throw MuseumError("write: museum measure SEEDS, and healthy or faults for one half") }
    setvbuf(stdout, nil, _IOLBF, 0)
    try Measurement(seeds: seeds).run(
      half == "healthy" ? [] : Fault.allCases, healthy: half != "faults")
  }

  private static func list(_ isJSON: Bool) {
    if isJSON {
      for fault in Fault.allCases {
        print(json(["name": fault.rawValue, "title": fault.story.title]))
      }
      return
    }
    TextTable(
      columns: ["exhibit", "what is broken"],
      rows: Fault.allCases.map { [$0.rawValue, $0.story.change] }
    ).lines(width: width).forEach { print($0) }
    print("\nOne of them: nanovla-lesson break gripper-sign")
  }

  private static func show(_ fault: Fault, seed: UInt64, _ isJSON: Bool) throws {
    let (story, began) = (fault.story, Date())
    if !isJSON {
      say("The bug museum · \(story.title)\n\n\(story.change)")
      say("\nPredict first: \(story.question)")
      if isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 {
        print("\nWrite your prediction, then Return: ", terminator: "")
        fflush(stdout)
        _ = readLine()
      }
    }
    let exhibit = try Exhibit(fault, seed: seed)
    let seconds = Date().timeIntervalSince(began)
    if isJSON {
      return print(
        json([
          "name": fault.rawValue, "title": story.title, "thread": story.thread,
          "healthy": exhibit.healthy.rate, "broken": exhibit.broken.rate,
          "healthyInterval": ends(exhibit.healthy), "brokenInterval": ends(exhibit.broken),
          "episodes": exhibit.healthy.episodes, "cause": exhibit.cause?.rawValue ?? "",
          "evidence": exhibit.evidence, "seconds": seconds,
        ]))
    }
    print("")
    TextTable(
      columns: ["policy", "success on held-out layouts [95 % interval]"],
      rows: [["healthy", "\(exhibit.healthy)"], ["broken", "\(exhibit.broken)"]]
    ).lines(width: width).forEach { print($0) }
    say("\nWhat happened: \(story.explanation)")
    say("\nHow to find it: \(story.diagnosis)")
    say("\nThe doctor says: \(exhibit.cause?.rawValue ?? "nothing"). \(exhibit.evidence)")
    if let cause = exhibit.cause { say("Look at: \(cause.next)") }
    say("\nWhere people met it: \(story.thread)")
    print(String(format: "\n%.1f s, seed %llu", seconds, seed))
  }

  private static var width: Int { min(100, Terminal.columns()) }
  private static func say(_ text: String) {
    text.paragraphs(width: width).forEach { print($0) }
  }
  private static func ends(_ rate: SuccessRate) -> [Double] {
    [rate.interval.lowerBound, rate.interval.upperBound]
  }
  private static func json(_ value: [String: Any]) -> String {
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
    let data = try? JSONSerialization.data(withJSONObject: value, options: options)
    return String(decoding: data ?? Data(), as: UTF8.self)
  }
}

/// A wrong command line, in one line with its remedy.
struct MuseumError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
