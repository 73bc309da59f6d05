import ArgumentParser
import Console
import Foundation
import Ranks
import Simulators

@main
/// The root command: `nanovla`.
struct NanoVLACommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nanovla",
    abstract: "Record data, train and evaluate policies, run published models.",
    subcommands: [
      DataCommand.self, PretrainCommand.self, TrainCommand.self, RLCommand.self,
      EvaluateCommand.self, DiagnoseCommand.self, DoctorCommand.self, VLMsCommand.self,
      InspectCommand.self,
      PredictCommand.self, GenerateCommand.self, ServeCommand.self, PlayCommand.self,
    ])

  /// Runs the command. Every error ends here, as one line of bounded length.
  static func main() {
    Console.begin()
    precondition(PointingBackbone.isRegistered)
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      try checkNoneEmpty(arguments)
      var command = try parseAsRoot(arguments)
      try command.run()
      Console.flush()
    } catch {
      end(with: error)
    }
  }

  /// An empty path would be the working directory, and an empty instruction says nothing.
  private static func checkNoneEmpty(_ arguments: [String]) throws {
    for (position, argument) in arguments.enumerated() {
      let isOption = argument.hasPrefix("--") && argument.hasSuffix("=")
      guard argument.isEmpty || isOption else { continue }
      let before = position > 0 ? arguments[position - 1] : ""
      let option = isOption ? String(argument.dropLast()) : before
      let name = option.hasPrefix("--") && option != "--" ? option : "an argument"
      throw RequestError("\(name) is empty: give it a value")
    }
  }

  private static func end(with error: any Error) -> Never {
    let text = fullMessage(for: error)
    let code = exitCode(for: error)
    guard code != .success else {  // --help, --version
      Console.write(text + "\n")
      exit(withError: code)
    }
    guard code == .validationFailure else {
      Console.fail(message(for: error), status: code.rawValue)
    }
    // The command line could not be read: the error, and how to use the command; of several ranks,
    // rank 0 says it for all.
    guard OpenMPI.launchedRank ?? 0 == 0 else { exit(withError: code) }
    Console.flush()
    Console.standardError(errorLines(text))
    exit(withError: code)
  }
}
