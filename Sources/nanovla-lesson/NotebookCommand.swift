import ArgumentParser
import Foundation

/// `nanovla-lesson notebook`: lists the notebooks, or builds and runs one.
struct NotebookCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notebook", abstract: "List the notebooks, or build and run one.",
    discussion: """
      nanovla-lesson notebook                                    each notebook's question
      nanovla-lesson notebook ANewWord                           run one, in a few minutes
      nanovla-lesson notebook ANewWord --full --html word.html   the full experiment, as a page
      """)

  @Argument(help: "The name of a notebook; upper and lower case are the same.")
  var name: String?

  @Option(help: "The seed of every random number in the notebook.")
  var seed: UInt64 = 0

  @Flag(help: "Run the full experiment, which may take an hour.")
  var full = false

  @Option(help: "Write the notebook as one page of HTML to this file, too.")
  var html: String?

  @Flag(help: "Print one JSON object on standard output, and nothing else.")
  var json = false

  @Flag(help: "Print without colors, as with the environment variable NO_COLOR.")
  var noColor = false

  func run() throws {
    let checkout = try Checkout.find()
    let notebooks = try NotebookFile.all(in: checkout.root.appendingPathComponent(Self.folder))
    guard let name else {
      guard html == nil else { throw Problem.pageOfNoNotebook(notebooks.map(\.name)) }
      return standardOutput((json ? notebooks.json : notebooks.list) + "\n")
    }
    guard let notebook = notebooks.first(where: { $0.name.lowercased() == name.lowercased() })
    else { throw Problem.unknownNotebook(name, names: notebooks.map(\.name)) }
    let script = Script(
      product: notebook.product, name: "notebook \(notebook.name)", file: notebook.file,
      list: "notebooks", checkout: checkout)
    let executable = try script.build()
    var arguments = ["--seed", "\(seed)"]
    if full { arguments.append("--full") }
    if let html { arguments += ["--html", html] }
    if json { arguments.append("--json") }
    if noColor { arguments.append("--no-color") }
    try script.run(executable, arguments).passOnUnlessSuccess()
  }

  static let folder = "Notebooks-as-scripts"
}
