import COpenBLAS

/// Matrix products with weights in their packed format, mostly 16 bits each.
extension PackedWeights {
  /// C = A Wᵀ with these weights W, [N, K], if `transposed`; otherwise C = A W with W [K, N]. A is
  /// [M, K], C is [M, N]; `adding` adds the product to C.
  ///
  /// For few rows of A, each weight is read from memory once, which takes nearly all of the time.
  /// For many rows, a block of W at a time is converted to float32 in a buffer that fits into the
  /// cache, and OpenBLAS multiplies. Either way the threads share the columns of C.
  func multiply(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, transposed: Bool,
    into c: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    guard m > 0, n > 0 else { return }
    if let floats, m > Self.fewRows || !transposed {
      return gemm(1, m, n, k, a, false, floats, transposed, c, adding: adding)
    }
    guard k > 0 else {
      if !adding { c.update(repeating: 0, count: m * n) }
      return
    }
    _ = openBLASOnOneThread
    func share(_ columns: Range<Int>) {
      if transposed, m <= Self.fewRows {
        multiplyFewRows(
          a, rows: m, columns: columns, inner: k, into: c, stride: n, adding: adding)
      } else if transposed {
        multiplyByRows(columns, m, n, k, a, into: c, adding: adding)
      } else {
        multiplyByColumns(columns, m, n, k, a, into: c, adding: adding)
      }
    }
    if m * n * k >= 1 << 18 { inPieces(of: n, share) } else { share(0..<n) }
  }

  private static var fewRows: Int { 16 }

  /// The size of the buffer in floats: 4 MB. With smaller blocks OpenBLAS would copy A into its own
  /// order too often.
  private static var blockSize: Int { 1 << 20 }

  /// A Wᵀ, a block of rows of W (columns of C) at a time.
  private func multiplyByRows(
    _ columns: Range<Int>, _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>,
    into c: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    let block = min(columns.count, max(1, Self.blockSize / k))
    let buffer = Storage(count: block * k)
    for start in stride(from: columns.lowerBound, to: columns.upperBound, by: block) {
      let end = min(start + block, columns.upperBound)
      unpack(start * k..<end * k, into: buffer.pointer)
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, blasint(m), blasint(end - start), blasint(k), 1,
        a, blasint(k), buffer.pointer, blasint(k), adding ? 1 : 0, c + start, blasint(n))
    }
  }

  /// A W, a block of rows of W at a time; each block adds its part of every sum.
  private func multiplyByColumns(
    _ columns: Range<Int>, _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>,
    into c: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    let width = columns.count
    let block = min(k, max(1, Self.blockSize / width))
    let buffer = Storage(count: block * width)
    for start in stride(from: 0, to: k, by: block) {
      let end = min(start + block, k)
      for row in start..<end {
        let first = row * n + columns.lowerBound
        unpack(first..<first + width, into: buffer.pointer + (row - start) * width)
      }
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(m), blasint(width),
        blasint(end - start), 1, a + start, blasint(k), buffer.pointer, blasint(width),
        adding || start > 0 ? 1 : 0, c + columns.lowerBound, blasint(n))
    }
  }
}
