import ArgumentParser

/// `nanovla data`: what is done with datasets. The options of recording belong to a subcommand: an
/// option of this command would take those of the same name from all others.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Record demonstrations; show, check, import and export datasets.",
    discussion: """
      Record 500 demonstrations in the toy world, look for damage in them, and write them for LeRobot:

        nanovla data --suite goal --count 500 --output goal-demonstrations
        nanovla data doctor goal-demonstrations
        nanovla data export goal-demonstrations goal-lerobot --python VENV/bin/python
      """,
    subcommands: [
      DataRecordCommand.self, DataShowCommand.self, DataDoctorCommand.self,
      DataImportCommand.self, DataExportCommand.self,
    ],
    defaultSubcommand: DataRecordCommand.self)
}
