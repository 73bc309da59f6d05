import Images
import NanoVLA
import Tensors

/// The answers of an encoder, which generates no text.
extension VLM {
  /// The most likely of the answers that the network was trained to choose from.
  /// - Throws: ``VLMError/noLanguageModel(_:)`` if it has no classifier; as ``prompt(_:_:)``; `PolicyError`
  ///   if the model's numbers are not finite.
  public func classified(_ image: RGBImage, _ question: String) throws -> String {
    guard let network = network as? ViLT, let classifier = network.answers,
      let names = network.configuration.answers
    else { throw VLMError.noLanguageModel(family) }
    let (logits, tensor) = try ShapeTrace.firstNonFinite {
      try withoutGradient {
        let (prompt, reader) = try reading(image, question)
        let summary = reader.summary(of: reader(prompt))  // [1, T, D] → [1, T, D] → [1, D]
        return classifier(summary)  // [1, D] → [1, A]
          .traced("answers", "the logits of the known answers")
      }
    }
    if let tensor { throw PolicyError.notFinite(tensor) }
    return names[logits.argmax()[0]]
  }
}
