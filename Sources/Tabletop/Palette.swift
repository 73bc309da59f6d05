import Images

/// The colors of the toy world, each in one place.
public enum Palette {
  /// The bare table: most of every image, and all of the image of a blank-image control.
  public static let table = RGBImage.Color(226, 211, 184)

  /// Lines of the table's grain, its far edge, and the wall behind it.
  static let grain = RGBImage.Color(216, 200, 171)
  static let edge = RGBImage.Color(120, 96, 70)
  static let wall = RGBImage.Color(150, 164, 176)
  /// Painted over the table with opacity ``shadowOpacity``.
  static let shadow = RGBImage.Color(90, 78, 60)
  static let shadowOpacity: Float = 0.45

  /// The gripper: its bar, open fingers and ground cross; its stem; its closed fingers.
  static let steel = RGBImage.Color(40, 40, 48)
  static let stem = RGBImage.Color(96, 96, 104)
  static let closedFinger = RGBImage.Color(200, 60, 200)
  /// The obstacle's side and its top.
  static let iron = RGBImage.Color(84, 84, 92)
  static let ironTop = RGBImage.Color(122, 122, 130)
}

extension ObjectColor {
  /// The color that an object is painted with.
  var rgb: RGBImage.Color {
    switch self {
    case .red: return .init(208, 48, 44)
    case .green: return .init(52, 160, 72)
    case .blue: return .init(48, 96, 208)
    case .yellow: return .init(236, 190, 40)
    }
  }
}

extension RGBImage.Color {
  /// 45 % of the way to white: the lit top of an object.
  var lighter: Self { mapped { $0 + 0.45 * (255 - $0) } }
  /// 55 % of the brightness: the inside of a cup or bowl.
  var darker: Self { mapped { 0.55 * $0 } }

  private func mapped(_ change: (Float) -> Float) -> Self {
    func byte(_ value: UInt8) -> UInt8 { UInt8(change(Float(value)).rounded()) }
    return Self(byte(red), byte(green), byte(blue))
  }
}
