import ArgumentParser
import Blackboard
import Files
import Foundation

/// `nanovla-lesson bands`: runs lessons with several seeds, and writes what they gave to the file with
/// which every later run is compared.
struct BandsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bands", abstract: "Measure the bands in which results should fall.",
    discussion: """
      Runs each lesson once for each seed, and writes the results and curves to
      Sources/Blackboard/Bands. Later runs of the lesson show each result beside its band. An
      interrupted measurement continues where it stopped, unless the lesson was changed.
      """)

  @Argument(
    help: ArgumentHelp("Numbers, ranges such as 1-5, or the word all.", valueName: "lessons"))
  var selection: [String] = []

  @Option(help: "The number of seeds, from seed 0 on; at least 2.")
  var seeds: UInt64 = 10

  func validate() throws {
    guard 2...1000 ~= seeds else {
      throw ValidationError("--seeds \(seeds): a band needs 2 to 1000 seeds")
    }
    guard !selection.isEmpty else {
      throw ValidationError("which lessons? Name them, such as 3 or 1-5, or write all")
    }
  }

  func run() throws {
    let checkout = try Checkout.find()
    let lessons = try LessonFile.all(in: checkout.lessonsFolder)
    let names = selection == ["all"] ? [] : selection
    for lesson in try Selection.lessons(named: names, among: lessons) {
      let measurement = try BandsMeasurement(of: lesson, in: checkout)
      let file = try measurement.run(seeds: Array(0..<seeds))
      standardOutput("lesson \(lesson.number): \(seeds) seeds → \(file)\n")
    }
  }
}
