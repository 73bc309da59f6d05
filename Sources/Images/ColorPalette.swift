extension RGBImage.Color {
  /// Eight colors that readers with any common form of color blindness can tell apart.
  ///
  /// Source: Okabe and Ito 2008, "Color Universal Design (CUD)", with blue first and black last.
  public static let okabeIto: [RGBImage.Color] = [
    .blue, .vermilion, .bluishGreen, .orange, .reddishPurple, .skyBlue, .yellow, .black,
  ]
  public static let blue = RGBImage.Color(0, 114, 178)
  public static let vermilion = RGBImage.Color(213, 94, 0)
  public static let bluishGreen = RGBImage.Color(0, 158, 115)
  public static let orange = RGBImage.Color(230, 159, 0)
  public static let reddishPurple = RGBImage.Color(204, 121, 167)
  public static let skyBlue = RGBImage.Color(86, 180, 233)
  public static let yellow = RGBImage.Color(240, 228, 66)
  public static let black = RGBImage.Color(0, 0, 0)
  public static let white = RGBImage.Color(255, 255, 255)

  /// Text and frames.
  public static let darkGray = RGBImage.Color(70, 70, 70)
  /// Grid lines.
  public static let lightGray = RGBImage.Color(222, 222, 222)

  /// A quarter of this color on white, for areas behind lines.
  public var tint: RGBImage.Color {
    func mixed(_ part: UInt8) -> UInt8 { UInt8((3 * 255 + Int(part)) / 4) }
    return RGBImage.Color(mixed(red), mixed(green), mixed(blue))
  }

  /// The smaller of each primary color: both of two overlapping tints stay visible.
  public func darkest(_ other: RGBImage.Color) -> RGBImage.Color {
    RGBImage.Color(min(red, other.red), min(green, other.green), min(blue, other.blue))
  }
}
