import ArgumentParser

@main
struct NanoVLATool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nanovla",
    abstract: "Tools around the course: data, training, evaluation.",
    subcommands: [DataCommand.self, PretrainCommand.self, RLCommand.self])
}
