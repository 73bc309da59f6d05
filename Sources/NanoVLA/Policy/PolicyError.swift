/// What a caller of a policy can get wrong.
public enum PolicyError: Error, Equatable, CustomStringConvertible {
  case imageSize(width: Int, height: Int, expected: Int)
  case noProprioception

  public var description: String {
    switch self {
    case .imageSize(let width, let height, let expected):
      return "image is \(width)×\(height) pixels, this policy sees \(expected)×\(expected): "
        + "resize it first"
    case .noProprioception:
      return "this policy feels its arm: pass proprioception: [x, y, z, closed]"
    }
  }
}
