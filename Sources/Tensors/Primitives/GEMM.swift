import CKernels
import COpenBLAS

/// The general matrix multiplication C = op(A) op(B), or C + op(A) op(B) if `adding`, for each of
/// `batches` matrices that follow one another in memory. op transposes or does nothing.
///
/// op(A) is [M, K], op(B) is [K, N], C is [M, N], all row-major. Large products are split over the
/// threads: by matrices, or along the longer side of C.
func gemm(
  _ batches: Int, _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, _ transposeA: Bool,
  _ b: UnsafePointer<Float>, _ transposeB: Bool, _ c: UnsafeMutablePointer<Float>, adding: Bool
) {
  guard batches * m * n > 0 else { return }
  guard k > 0 else {
    if !adding { c.update(repeating: 0, count: batches * m * n) }
    return
  }
  _ = openBLASOnOneThread
  func multiply(_ batch: Int, _ rows: Range<Int>, _ columns: Range<Int>) {
    let firstA = a + batch * m * k + rows.lowerBound * (transposeA ? 1 : k)
    let firstB = b + batch * k * n + columns.lowerBound * (transposeB ? k : 1)
    if m == 1, !transposeA, transposeB {
      // With one row, each element of B is used once. A product of matrices would first copy B into
      // another order, which takes longer than the product itself.
      return cblas_sgemv(
        CblasRowMajor, CblasNoTrans, blasint(columns.count), blasint(k), 1, firstB, blasint(k),
        firstA, 1, adding ? 1 : 0, c + batch * n + columns.lowerBound, 1)
    }
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
      transposeB ? CblasTrans : CblasNoTrans, blasint(rows.count), blasint(columns.count),
      blasint(k), 1, firstA, blasint(transposeA ? m : k), firstB, blasint(transposeB ? k : n),
      adding ? 1 : 0, c + batch * m * n + rows.lowerBound * n + columns.lowerBound, blasint(n))
  }
  if batches == 1, m * n * k >= 1 << 20 {
    inPieces(of: max(m, n)) { part in
      if m >= n { multiply(0, part, 0..<n) } else { multiply(0, 0..<m, part) }
    }
  } else if batches * m * n * k >= 1 << 22 {
    _ = inShards(of: batches) { $0.forEach { multiply($0, 0..<m, 0..<n) } }
  } else {
    for batch in 0..<batches { multiply(batch, 0..<m, 0..<n) }
  }
}
