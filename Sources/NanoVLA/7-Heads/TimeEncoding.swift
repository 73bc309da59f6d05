import Foundation
import Tensors

/// A moment as sines and cosines: near moments get near vectors, and fine steps still differ.
///
/// The waves' periods run from very short (4 thousandths of the time) to long (4 times all of it),
/// each a fixed factor longer than the one before.
///
/// Letters: N moments between 0 and 1, E numbers for each.
///
/// Reference: Physical-Intelligence/openpi, src/openpi/models/pi0.py, posemb_sincos.
public func timeEncoding(
  _ moments: [Float], width: Int, periods: ClosedRange<Double> = 4e-3...4
) -> Tensor {
  guard width >= 4, width % 2 == 0 else { fatalError("timeEncoding: \(width) is not even, ≥ 4") }
  let growth = periods.upperBound / periods.lowerBound
  let waves = (0..<width / 2).map { i in
    periods.lowerBound * pow(growth, Double(i) / Double(width / 2 - 1))
  }
  let values = moments.flatMap { moment -> [Float] in
    let angles = waves.map { 2 * Double.pi * Double(moment) / $0 }
    return angles.map { Float(sin($0)) } + angles.map { Float(cos($0)) }
  }
  return Tensor(values, shape: [moments.count, width])  // [N, E]
}
