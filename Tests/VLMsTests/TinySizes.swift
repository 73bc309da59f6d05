import VLMs

extension VisionTransformerConfiguration {
  /// As small as it gets: 2×2 patches, width 4.
  mutating func shrink() { (width, imageSize, patchSize, hidden) = (4, 4, 2, 4) }
}

extension RotaryDecoderConfiguration {
  /// A vocabulary of 9, width 8.
  mutating func shrink() { (vocabulary, width, headWidth, hidden) = (9, 8, 2, 6) }
}
