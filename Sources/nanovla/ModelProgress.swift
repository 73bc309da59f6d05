import Blackboard
import Files
import Foundation
import NanoVLA
import Tensors
import VLMs

/// Reports the progress of a published model on standard error while `body` runs it.
///
/// The model passes the image and the whole prompt through all its blocks, then each new token
/// through the blocks of the language model. In a large model one token takes about as long as the
/// whole prompt takes in one block, so each counts as one step.
/// - Parameters:
///   - model: the model that `body` runs.
///   - tokens: how many tokens are generated after the prompt.
func showingProgress<Result>(
  of model: some Module, tokens: Int, _ body: () throws -> Result
) rethrows -> Result {
  var progress = Progress()
  let blocks = blockCount(of: model)
  let total = blocks + tokens
  var (done, generated) = (0, 0)
  func report(_ steps: Int) {
    guard done < total else { return }
    done = min(steps, total)
    progress.report(done, of: total, "blocks and tokens")
  }
  let result = try ShapeTrace.observing({ entry in
    switch entry.label {
    case "block" where generated == 0: report(max(0, min(done + 1, blocks - 1)))
    case "logits":
      report(blocks + generated)  // the prompt itself yields the first token
      generated += 1
    default: break
    }
  }) { try body() }
  report(total)  // a short answer leaves no half-finished line
  return result
}

/// The number of transformer blocks in all towers. The name of each of their parameters contains
/// "blocks" and an index, as "vision.blocks.11.norm1.weight".
private func blockCount(of model: some Module) -> Int {
  let block = #/(.*\.)?blocks\.\d+\./#
  return Set(model.namedParameters.compactMap { $0.name.prefixMatch(of: block)?.output.0 }).count
}

/// Writes what a published model's folder says and this program does otherwise, one line each, on
/// standard error.
func showNotes(of backbone: any Backbone) {
  let vlm = backbone as? VLM ?? (backbone as? FusedVLM)?.vlm
  for note in vlm?.notes ?? [] { showNote(note) }
}

/// Writes one line on standard error.
func showNote(_ note: String) { Terminal.write("note: \(oneLine(note))\n", to: STDERR_FILENO) }
