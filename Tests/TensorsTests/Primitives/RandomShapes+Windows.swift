import TestSupport

@testable import Tensors

/// Windows of images, and the convolution of each channel by itself.
extension [Primitive] {
  static var convolutions: [Primitive] {
    [
      Primitive("windows") { random in
        let image = random.image()
        let taps = image.size * image.size
        return PrimitiveExample(
          [random.tensor(image.shape)], shape: image.windows + [taps * image.channels],
          { $0[0].windows(image.size, stride: image.stride) }
        ) { x in
          places(in: image.windows).flatMap { window in
            (0..<taps).flatMap { tap in
              (0..<image.channels).map { image.pixel(x[0], window.index, tap, $0) }
            }
          }
        }
      },
      Primitive("depthwiseConvolved") { random in
        let image = random.image()
        let taps = image.size * image.size
        let outputs = image.channels * (1 + random.integer(below: 3))
        let isBiased = random.integer(below: 2) == 0
        let inputs = [
          random.tensor(image.shape), random.tensor([outputs, image.size, image.size]),
          random.tensor([outputs]),
        ]
        return PrimitiveExample(
          isBiased ? inputs : inputs.dropLast(), shape: image.windows + [outputs],
          { x in
            x[0].depthwiseConvolved(
              weight: x[1], bias: isBiased ? x[2] : nil, stride: image.stride)
          }
        ) { x in
          places(in: image.windows).flatMap { window in
            (0..<outputs).map { output in
              let channel = output / (outputs / image.channels)
              return (0..<taps).reduce(isBiased ? x[2][output] : 0) { sum, tap in
                sum + x[1][output * taps + tap] * image.pixel(x[0], window.index, tap, channel)
              }
            }
          }
        }
      },
    ]
  }
}

/// Images [B, H, W, C] and windows of `size`² pixels on them.
private struct WindowedImages {
  let shape: [Int]
  let size, stride: Int

  var channels: Int { shape[3] }

  /// [B, H', W']
  var windows: [Int] { [shape[0]] + shape[1...2].map { ($0 + stride - 1) / stride } }

  /// The value at a place of a window, counted row by row; 0 outside of the image.
  func pixel(_ x: [Double], _ window: [Int], _ tap: Int, _ channel: Int) -> Double {
    let row = window[1] * stride + tap / size - size / 2
    let column = window[2] * stride + tap % size - size / 2
    guard 0..<shape[1] ~= row, 0..<shape[2] ~= column else { return 0 }
    return x[((window[0] * shape[1] + row) * shape[2] + column) * channels + channel]
  }
}

extension SeededRandom {
  fileprivate mutating func image() -> WindowedImages {
    let sides = (0..<2).map { _ in 1 + integer(below: 7) }
    return WindowedImages(
      shape: [1 + integer(below: 2)] + sides + [1 + integer(below: 4)],
      size: [1, 3, 3, 5][integer(below: 4)], stride: 1 + integer(below: 3))
  }
}
