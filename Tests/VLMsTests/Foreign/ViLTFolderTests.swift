import Files
import Foundation
import NanoVLA
import Tensors
import TestSupport
import Testing
import VLMs

/// What a folder of ViLT says otherwise than the fixture's: heads, sizes of images and texts.
@Suite struct ViLTFolderTests {
  @Test("ViLT answers with the most likely of its labels", arguments: Fixture.of("vilt"))
  func answers(fixture: Fixture) throws {
    let (logits, labels) = (try fixture.tensor("vqa_logits"), try fixture.config()["id2label"])
    let best = try #require(logits.values.indices.max { logits.values[$0] < logits.values[$1] })
    let (vlm, asked) = (try VLM.read(fixture.folder), try fixture.question(of: "vilt"))
    var pieces: [String] = []
    let answer = try vlm.answer(fixture.image(), asked, tokens: 1) { pieces.append($0) }
    #expect(try answer == labels["\(best)"].string(default: "LABEL_\(best)") && pieces == [answer])
    let folder = try EditedFolder("vilt")
    try folder.set("id2label.2", nil)
    #expect(folder.refusal().contains("id2label.2"))
  }

  @Test("ViLT without a classifier generates no text, and says what it is good for")
  func noText() throws {
    let folder = try EditedFolder("vilt")
    try folder.set("architectures", ["ViltModel"])
    try folder.setWeights { $0 = $0.filter { !$0.key.hasPrefix("classifier.") } }
    let line = folder.refusal(asking: "What should the robot pick up?")
    #expect(line.hasPrefix("vilt generates no text") && line.contains("VLA.fromVLM(\"vilt\")"))
    var random = SeededRandom(seed: 1)
    let nano = try VLMFamily.vilt.nano(&random)
    #expect(throws: VLMError.noLanguageModel("vilt")) {
      try nano.answer(folder.image(), "What?", tokens: 1)
    }
  }

  @Test("ViLT's text is as long as its positions, its image as large as memory allows")
  func lengths() throws {
    let folder = try EditedFolder("vilt")
    let (vlm, image) = (try VLM.read(folder.url), try folder.image())
    let question = String(repeating: "a ", count: 22)  // [CLS] and [SEP] fill 24 positions
    #expect(try vlm.prompt(image, question).shape == [1, 24 + 13, 32])
    let error = #expect(throws: PromptError.self) { try vlm.prompt(image, question + "a") }
    #expect(error == .tooLong(tokens: 25, limit: 24))
    try folder.set("size", ["shortest_edge": 4096], in: "preprocessor_config.json")
    let large = try VLM.read(folder.url)
    let refused = #expect(throws: PromptError.self) { try large.prompt(image, "a") }
    #expect("\(refused!)".contains("would take more than 2 GiB"))
  }

  @Test("image sizes that do not divide into ViLT's patches are refused, at the latest when asked")
  func patches() throws {
    let folder = try EditedFolder("vilt")
    try folder.set("size_divisor", 32, in: "preprocessor_config.json")
    #expect(folder.refusal().contains("images of 32×32 pixels, which do not divide"))
    try folder.set("size_divisor", 28, in: "preprocessor_config.json")
    _ = try VLM.read(folder.url).prompt(folder.image(), "a")
    try folder.set("do_resize", false, in: "preprocessor_config.json")
    let vlm = try VLM.read(folder.url)
    let image = try folder.image()
    let error = #expect(throws: VLMError.self) { try vlm.prompt(image, "a") }
    #expect(error == .wrongPatches([1, 45, 61, 3], patch: 14))
  }

  @Test("a ViLT without its classifier, or with the head for masked words, is read")
  func otherHeads() throws {
    let folder = try EditedFolder("vilt")
    let asked = "What should the robot pick up?"
    func summary() throws -> [Float] {
      let (prompt, reader) = try VLM.read(folder.url).reading(folder.image(), asked)
      return reader.summary(of: reader(prompt)).values
    }
    let expected = try summary()
    try folder.set("architectures", ["ViltForMaskedLM"])
    #expect(folder.refusal().contains("classifier.0.bias"))
    try folder.setWeights { tensors in
      for name in tensors.keys where name.hasPrefix("classifier.") { tensors[name] = nil }
      tensors["mlm_score.bias"] = ([300], Array(repeating: 0, count: 300))
    }
    #expect(try summary() == expected)
    #expect(try VLM.read(folder.url).unusedTensors == ["mlm_score.bias"])
    // The encoder alone has no prefix.
    try folder.set("architectures", ["ViltModel"])
    try folder.setWeights { tensors in
      tensors = Dictionary(
        uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix("vilt.") }
          .map { (String($0.key.dropFirst("vilt.".count)), $0.value) })
    }
    #expect(try summary() == expected)
  }
}
