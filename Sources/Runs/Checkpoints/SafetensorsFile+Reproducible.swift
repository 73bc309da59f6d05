import Files
import Tensors

/// One seed gives one result, bit-identical, only on one kind of processor and with one number of
/// threads: both decide the order in which OpenBLAS and the shards add numbers.
extension SafetensorsFile {
  /// Checks that the run continues with the kernel and the number of threads that it began with:
  /// others compute other numbers.
  /// - Parameter ranks: the number of processes that share the training.
  package func checkReproducible(ranks: Int = 1) throws(CheckpointError) {
    let before = metadata["ranks"] ?? "1"
    guard before == "\(ranks)" else {
      let count = brief(before)
      let remedy =
        before == "1"
        ? "without mpirun and --distributed" : "with mpirun -n \(count) and --distributed"
      throw .badConfiguration(
        url.path,
        "the run began with \(count) ranks, and \(ranks) compute other numbers: resume it "
          + remedy)
    }
    if let kernel = metadata["kernel"], kernel != Processor.kernel {
      throw .badConfiguration(
        url.path,
        "the run began with the processor's kernel \(brief(kernel)), and this machine computes other "
          + "numbers with \(Processor.kernel): resume it on a processor of that kind")
    }
    if let threads = metadata["threads"], threads != "\(Threads.count)" {
      let count = brief(threads)
      throw .badConfiguration(
        url.path,
        "the run began with \(count) threads, and \(Threads.count) compute other numbers: resume it "
          + "with NANOVLA_THREADS=\(count) in the environment")
    }
  }
}
