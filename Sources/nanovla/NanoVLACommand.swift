import ArgumentParser

@main
struct NanoVLATool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nanovla",
    abstract: "Tools around the course: data, training, published models.",
    subcommands: [
      DataCommand.self, PretrainCommand.self, TrainCommand.self, RLCommand.self,
      EvaluateCommand.self, VLMsCommand.self, InspectCommand.self, PredictCommand.self,
      GenerateCommand.self,
    ])
}
