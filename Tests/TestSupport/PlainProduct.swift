import Tensors

/// A matrix product by plain loops in double precision, [B, M, N]. `a` is [B, M, K]; `b` is [B, K,
/// N], or [B, N, K] if transposed; with `shared` it is one matrix for all B.
package func plainProduct(
  _ a: Tensor, _ b: Tensor, _ sizes: (b: Int, m: Int, n: Int, k: Int), transposed: Bool,
  shared: Bool
) -> [Double] {
  let (left, right) = (a.values.map { Double($0) }, b.values.map { Double($0) })
  var result = [Double](repeating: 0, count: sizes.b * sizes.m * sizes.n)
  let (m, n, k) = (sizes.m, sizes.n, sizes.k)
  left.withUnsafeBufferPointer { left in
    right.withUnsafeBufferPointer { right in
      for batch in 0..<sizes.b {
        for i in 0..<m {
          for j in 0..<n {
            let (row, matrix) = ((batch * m + i) * k, shared ? 0 : batch * n * k)
            var sum = 0.0
            for l in 0..<k {
              sum += left[row + l] * right[matrix + (transposed ? j * k + l : l * n + j)]
            }
            result[(batch * m + i) * n + j] = sum
          }
        }
      }
    }
  }
  return result
}
