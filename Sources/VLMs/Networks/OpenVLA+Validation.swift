/// Sizes with which no network can be built, for configurations that a program changes.
extension OpenVLAConfiguration {
  /// Why no network can be built with these sizes; nil if one can.
  public var validationError: String? {
    if let error = dinov2.validationError { return "dinov2: " + error }
    if let error = siglip.validationError { return "siglip: " + error }
    if let error = language.validationError { return "language: " + error }
    guard dinov2.patchCount == siglip.patchCount else {
      return "\(dinov2.patchCount) patches of dinov2, but \(siglip.patchCount) of siglip"
    }
    return nil
  }
}

extension VisionTransformerConfiguration {
  /// Why no network can be built with these sizes; nil if one can.
  public var validationError: String? {
    guard min(imageSize, patchSize, width, depth, heads, hidden) > 0, registers >= 0 else {
      return "a size is not positive"
    }
    if imageSize % patchSize != 0 {
      return "imageSize \(imageSize) is not a multiple of \(patchSize)"
    }
    if width % heads != 0 { return "width \(width) is not a multiple of \(heads) heads" }
    return nil
  }
}

extension RotaryDecoderConfiguration {
  /// Why no network can be built with these sizes; nil if one can.
  public var validationError: String? {
    let sizes = [vocabulary, width, depth, heads, keyValueHeads, headWidth, hidden, maximumTokens]
    guard sizes.allSatisfy({ $0 > 0 }) else { return "a size is not positive" }
    if heads % keyValueHeads != 0 {
      return "\(heads) heads is not a multiple of \(keyValueHeads) key/value heads"
    }
    if headWidth % 2 != 0 { return "headWidth \(headWidth) is odd, rotary positions need pairs" }
    return nil
  }
}
