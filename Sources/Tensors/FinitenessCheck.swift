import CKernels

/// Finds the first traced tensor that holds NaN or infinity, and names its place: `"block" 3, after
/// "prompt"` is the third block since the tensor called "prompt".
final class FinitenessCheck {
  /// The name and the place of that tensor; nil while there is none.
  private(set) var found: String?
  private var labels: [String] = []

  /// Looks at the next tensor; `note` is its remark in a trace.
  func look(at tensor: Tensor, _ label: String, _ note: () -> String) {
    guard found == nil else { return }
    if !tensor.isFinite { found = place(of: label, note()) }
    labels.append(label)
  }

  private func place(of label: String, _ note: String) -> String {
    // A stage is a name that comes for the first time, beside those of repeated layers.
    var (stage, total, sinceStage) = (String?.none, [String: Int](), [String: Int]())
    for name in labels {
      total[name, default: 0] += 1
      sinceStage[name, default: 0] += 1
      if total[name] == 1, name != "attention", name != "block" {
        (stage, sinceStage) = (name, [:])
      }
    }
    let number = total[label] == nil ? "" : " \(sinceStage[label, default: 0] + 1)"
    let remark = note.isEmpty ? "" : " (\(note))"
    return "\"\(label)\"\(number)\(remark)" + (stage.map { ", after \"\($0)\"" } ?? "")
  }
}

extension Tensor {
  /// Whether no element is NaN or infinite.
  var isFinite: Bool { kernel_is_finite(pointer, count) != 0 }
}
