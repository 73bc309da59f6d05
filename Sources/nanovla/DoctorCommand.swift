import ArgumentParser
import Blackboard
import Simulators

/// `nanovla doctor`: what is installed for simulators, foreign datasets and several machines.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show what simulators and foreign datasets need, and what is missing.",
    discussion: """
      Nothing of this is needed for the course, for training on the tabletop or for published VLMs. \
      Simulators run in a Python of yours:

        python3 -m venv VENV && VENV/bin/pip install metaworld packaging
        nanovla doctor --python VENV/bin/python
      """)

  @Option(help: "Python to look into ($NANOVLA_PYTHON, or python3).")
  var python: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let check = try SimulatorCheck(PythonInterpreter(python))
    if json { return try printJSON(check) }
    print("Python \(check.version) at \(check.python)")
    let rows = check.items.map {
      [$0.name, $0.version ?? "missing", $0.version == nil ? $0.remedy : $0.purpose]
    }
    TextTable(columns: ["package", "version", "needed for, or how to install"], rows: rows)
      .lines(width: Terminal.columns()).forEach { print($0) }
  }
}
