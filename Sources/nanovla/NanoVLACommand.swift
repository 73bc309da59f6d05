import ArgumentParser

@main
/// The root command: `nanovla`.
struct NanoVLACommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nanovla",
    abstract: "Record data, train and evaluate policies, run published models.",
    subcommands: [
      DataCommand.self, PretrainCommand.self, TrainCommand.self, RLCommand.self,
      EvaluateCommand.self, VLMsCommand.self, InspectCommand.self, PredictCommand.self,
      GenerateCommand.self,
    ])
}
