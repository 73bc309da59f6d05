import CKernels
import COpenBLAS

/// The processor that results depend on.
public enum Processor {
  /// The names of OpenBLAS's kernel and of the instruction set of our own loops, such as
  /// "SkylakeX, x86-64-v4".
  ///
  /// Both libraries choose by the processor how many numbers they add at once, and so in which order.
  /// Results are bit-identical only where this name is the same.
  public static let kernel: String = {
    let library = openblas_get_corename().map { String(cString: $0) } ?? "unknown"
    return "\(library), \(String(cString: kernel_instruction_set()))"
  }()
}
