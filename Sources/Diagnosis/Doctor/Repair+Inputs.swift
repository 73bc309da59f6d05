import Images
import NanoVLA

/// Changes of a policy's inputs.
extension Repair {
  /// Of the robot's state: every order of its numbers, and open for closed.
  static func ofState(_ count: Int) -> [Repair] {
    guard (2...5).contains(count) else { return [] }
    let orders = permutations(Array(0..<count)).filter { $0 != Array(0..<count) }
    let names = count == 4 ? ["x", "y", "z", "closed"] : (0..<count).map { "state \($0)" }
    func edit(_ text: String, _ change: @escaping ([Float]) -> [Float]) -> Repair {
      Repair(cause: .stateOrder, text: text) { observation in
        guard let state = observation.proprioception, state.count == count else {
          return observation
        }
        return Observation(observation.image, proprioception: change(state))
      }
    }
    return orders.map { order in
      edit("proprioception given as \(order.map { names[$0] }.joined(separator: ", "))") { state in
        order.map { state[$0] }
      }
    }
  }

  private static func permutations(_ items: [Int]) -> [[Int]] {
    guard items.count > 1 else { return [items] }
    return items.flatMap { first in
      permutations(items.filter { $0 != first }).map { [first] + $0 }
    }
  }

  /// Of the image: turned, its colors exchanged, moved, its contrast raised.
  static let ofImage: [Repair] = {
    func edit(_ cause: Cause, _ text: String, _ change: @escaping (RGBImage) -> RGBImage) -> Repair
    {
      Repair(cause: cause, text: text) {
        Observation(change($0.image), proprioception: $0.proprioception)
      }
    }
    var repairs = [
      edit(.imageFlipped, "image upside down") { $0.upsideDown },
      edit(.imageFlipped, "image mirrored") { image in
        image.mapped { x, y in image[image.width - 1 - x, y] }
      },
      edit(.imageFlipped, "image turned by 180°") { image in
        image.mapped { x, y in image[image.width - 1 - x, image.height - 1 - y] }
      },
      edit(.imageFlipped, "rows and columns of the image exchanged") { image in
        image.width == image.height ? image.mapped { x, y in image[y, x] } : image
      },
      edit(.colorOrder, "red and blue exchanged") { image in
        image.mapped { x, y in
          let color = image[x, y]
          return .init(color.blue, color.green, color.red)
        }
      },
    ]
    for (dx, dy) in [(8, 0), (-8, 0), (0, 8), (0, -8), (4, 0), (-4, 0), (0, 4), (0, -4)] {
      repairs.append(
        edit(.imageShifted, "image moved by (\(dx), \(dy)) pixels") { image in
          image.mapped { x, y in
            image[
              min(max(x - dx, 0), image.width - 1), min(max(y - dy, 0), image.height - 1)]
          }
        })
    }
    for (scale, shift) in [(2, 0), (4, 0), (4, -128), (0.5, 0), (0.25, 0), (-1, 255)] {
      repairs.append(
        edit(.pixelRange, "pixels 128 + \(scale)·(pixel − 128) + \(shift)") { image in
          let pixels = image.pixels.map {
            UInt8(min(max((Double($0) - 128) * Double(scale) + 128 + Double(shift), 0), 255))
          }
          return RGBImage(width: image.width, height: image.height, pixels: pixels)
        })
    }
    return repairs
  }()

  /// Of the instruction: two of the `words` that occur in instructions exchanged.
  static func ofWords(_ words: [String]) -> [Repair] {
    words.indices.flatMap { i in
      words[(i + 1)...].map { other in
        Repair(
          cause: .words, text: "the words “\(words[i])” and “\(other)” exchanged",
          instruction: { instruction in
            instruction.split(separator: " ").map { word in
              word == words[i] ? other : word == other ? words[i] : String(word)
            }.joined(separator: " ")
          })
      }
    }
  }
}

extension RGBImage {
  /// The image with the color that `color` gives each pixel.
  func mapped(_ color: (_ x: Int, _ y: Int) -> Color) -> RGBImage {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(self.pixels.count)
    for y in 0..<height {
      for x in 0..<width {
        let new = color(x, y)
        pixels += [new.red, new.green, new.blue]
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}
