import Files
import Foundation
import Images
import Tensors
import TestSupport
import Testing
import VLMs

/// Pictures of unusual sizes and color types through every preprocessing, against transformers' Pillow
/// form of it on `Image.convert("RGB")`; of π0's, which has none, against Pillow and NumPy alone.
@Suite struct OddPicturesTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let folder: URL
    let settings: Data
    let picture: String
    let shape: [Int]?  // nil where transformers stops
    let hash: String?

    var testDescription: String { "\(picture), \(String(decoding: settings, as: UTF8.self))" }
  }

  static let cases: [Case] = Fixture.of("odd_pictures").flatMap { fixture -> [Case] in
    let cases = (try? fixture.facts())?["cases"] as? [[String: Any]] ?? []
    return cases.map {
      Case(
        folder: fixture.folder,
        settings: try! JSONSerialization.data(
          withJSONObject: $0["settings"]!, options: .sortedKeys),
        picture: $0["picture"] as! String, shape: $0["shape"] as? [Int], hash: $0["fnv"] as? String)
    }
  }

  @Test("there are pictures for every kind of preprocessing") func exist() {
    let kinds = ["CLIP", "Blip", "Siglip", "Vilt", "Idefics", "LlavaNext", "SmolVLM", "PI0"]
    for kind in kinds.map({ "\"\($0)ImageProcessor\"" }) {
      #expect(Self.cases.count { $0.testDescription.contains(kind) } >= 12)
    }
  }

  @Test("every value is that of the reference, bit for bit", arguments: cases)
  func values(of reference: Case) throws {
    let preprocessor = try ImagePreprocessor(
      JSONFile.parse(reference.settings, name: "preprocessor_config.json"))
    let image = try RGBImage(png: reference.folder.appending(path: reference.picture))
    guard let shape = reference.shape else {
      #expect(throws: ImagePreprocessorError.self) { try preprocessor.prepare(image) }
      return
    }
    var pixels = try preprocessor.prepare(image).pixels
    if preprocessor.splitting != nil {  // the whole image stands last there
      let count = pixels.dim(0)
      pixels = .concatenated(
        [pixels.sliced(axis: 0, 1..<count), pixels.sliced(axis: 0, 0..<1)].filter { $0.count > 0 },
        axis: 0)
    }
    #expect(pixels.shape == shape)
    var hash = FNV1a()
    hash.add(pixels.values)
    #expect(hash.hexadecimal == reference.hash)
  }
}
