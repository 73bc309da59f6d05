import ArgumentParser
import Foundation

/// `nanovla-lesson break`: the bug museum.
struct BreakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "break",
    abstract: "Break the pipeline on purpose: the bug museum.",
    discussion: """
      nanovla-lesson break                the exhibits
      nanovla-lesson break gripper-sign   one: predict, run, compare, diagnose

      Each trains a small policy, switches one famous fault on, and compares the success of both.
      """)

  @Argument(help: "The name of an exhibit.")
  var name: String?

  @Option(help: "The seed of every random number.")
  var seed: UInt64 = 0

  @Flag(help: "Print JSON and nothing else.")
  var json = false

  func run() throws {
    let script = Script(
      product: "museum", name: "the museum", file: "Sources/museum", list: "targets",
      checkout: try Checkout.find())
    var arguments = name.map { [$0] } ?? []
    arguments += ["--seed", "\(seed)"]
    if json { arguments.append("--json") }
    try script.run(script.build(), arguments).passOnUnlessSuccess()
  }
}
