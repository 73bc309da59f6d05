import Blackboard
import Tensors

/// Shows how far a published model is with its answer, while `body` runs it.
///
/// It sends the picture and the whole prompt through all its blocks, then each token once more
/// through those of the language model. In a large model one such token takes about as long as the
/// whole prompt takes in one block, so both count as one step.
/// - Parameter tokens: those that are waited for after the prompt was read.
func showingProgress<Result>(
  of model: some Module, tokens: Int, _ body: () throws -> Result
) rethrows -> Result {
  var progress = Progress()
  let blocks = blockCount(of: model)
  let total = blocks + tokens
  var (done, spoken) = (0, 0)
  func report(_ steps: Int) {
    guard done < total else { return }
    done = min(steps, total)
    progress.report(done, of: total, "blocks and tokens")
  }
  let result = try ShapeTrace.observing({ entry in
    switch entry.label {
    case "block" where spoken == 0: report(max(0, min(done + 1, blocks - 1)))
    case "logits":
      report(blocks + spoken)  // the first token is what reading the prompt led to
      spoken += 1
    default: break
    }
  }) { try body() }
  report(total)  // a short answer leaves no half-finished line
  return result
}

/// Blocks in all towers: "vision.blocks.11.norm1.weight" is a parameter of one of them.
private func blockCount(of model: some Module) -> Int {
  let block = #/(.*\.)?blocks\.\d+\./#
  return Set(model.namedParameters.compactMap { $0.name.prefixMatch(of: block)?.output.0 }).count
}
