import Foundation
import NanoVLA
import Runs
import VLMs

extension DiagnosisReport {
  /// The report on a policy's folder that cannot be read: below the first rung.
  public init(unreadable folder: URL, _ error: any Error) {
    let cause: Cause =
      switch error {
      case ActionError.reversedQuantiles: .wrongStatistics
      case ActionError.otherSpace: .otherSpace
      case is StatisticsFileError: .wrongStatistics
      default: "\(error)".contains(VLA.statisticsFile) ? .wrongStatistics : .badFolder
      }
    self.init(unreadable: cause, "\(error)")
    if let change = VLA.fittingChange(in: folder) {
      next = "\(VLA.configurationFile): the weights fit \(change)"
    }
  }

  /// The report on a folder whose files contradict one another.
  public init(unreadable cause: Cause, _ evidence: String) {
    rungs = [.init(name: "the folder can be read", found: "no", passed: false, seconds: 0)]
    (verdict, self.cause, self.evidence) = (.fault, cause, evidence)
    next = cause.next
  }
}
