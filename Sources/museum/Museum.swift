import Blackboard
import Console
import Diagnosis
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
    } catch { Console.fail("\(error)") }
  }

  private static func run(_ arguments: [String]) throws {
    var (names, seed, isJSON): ([String], UInt64, Bool) = ([], 0, false)
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--json": isJSON = true
      case "--seed": seed = rest.popFirst().flatMap { UInt64($0) } ?? 0
      default: names.append(argument)
      }
    }
    if names.first == "measure" {
      setvbuf(stdout, nil, _IOLBF, 0)
      return try Measurement(seeds: names.dropFirst().lazy.compactMap { Int($0) }.first ?? 5)
        .run(names.last == "healthy" ? [] : Fault.allCases, healthy: names.last != "faults")
    }
    guard let name = names.first else { return list(isJSON) }
    guard let fault = Fault(rawValue: name) else {
      let all = Fault.allCases.map(\.rawValue).joined(separator: ", ")
      throw MuseumError(description: "no exhibit “\(name.prefix(40))”; there are \(all)")
    }
    try show(fault, seed: seed, isJSON)
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

struct MuseumError: Error, CustomStringConvertible { let description: String }
