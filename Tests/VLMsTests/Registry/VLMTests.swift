import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// The whole way of a user: a folder, a picture and a question in, words or an action out.
@Suite struct VLMTests {
  @Test(
    "from the folder alone, each family answers with the reference's own tokens",
    arguments: Fixture.of(
      "llava15", "llava15_gqa", "llava_mistral", "llava_qwen2", "llava_gemma", "llava_llama3",
      "llava_next", "blip2_opt", "instructblip_vicuna", "idefics_flamingo",
      "paligemma", "smolvlm"))
  func answers(fixture: Fixture) throws {
    let vlm = try VLM.read(fixture.folder)
    let asked = try fixture.question(of: vlm.family)
    let expected = try fixture.integers("generate.ids")
    let (prompt, reader) = try withoutGradient { try vlm.reading(fixture.image(), asked) }
    let found = Generation(reader)(after: prompt, count: expected.count)
    #expect(found == expected, "\(fixture.family)")
  }

  @Test("CLIP + GPT-2 continues a prompt as the reference does", arguments: Fixture.of("clip_gpt2"))
  func goesOn(fixture: Fixture) throws {
    let vlm = try VLM.read(fixture.folder)
    let asked = try #require(fixture.facts()["prompt"] as? String)
    let expected = try fixture.integers("composed.generate.ids")
    let prompt = try withoutGradient { try vlm.prompt(fixture.image(), asked) }
    #expect(Generation(vlm.network.language)(after: prompt, count: expected.count) == expected)
  }

  @Test(
    "OpenVLA's folder is a policy with the reference's actions", arguments: Fixture.of("openvla"))
  func acts(fixture: Fixture) throws {
    let facts = try fixture.facts()
    let prompt = try #require(facts["prompt"] as? String)
    let instruction = String(
      prompt.dropFirst("In: What action should the robot take to ".count).prefix { $0 != "?" })
    for (key, expected) in try #require(facts["actions"] as? [String: [Double]]) {
      let policy = try VLA.fromVLM(
        "openvla", modelPath: fixture.folder.path, unnormKey: key)
      let action = try policy.predictAction(fixture.image(), instruction: instruction)
      #expect(action.count == expected.count)
      for (a, b) in zip(action.values, expected) { #expect(abs(Double(a) - b) < 1e-4) }
    }
    let error = #expect(throws: StatisticsFileError.self) {
      try VLA.fromVLM("openvla", modelPath: fixture.folder.path)
    }
    #expect("\(error!)".contains("name the one of your robot"))
  }
}

extension Fixture {
  /// What a user would ask to arrive at the reference's prompt.
  func question(of family: String) throws -> String {
    let prompt = try #require(facts()["prompt"] as? String)
    switch family {
    case "llava":
      return String(prompt.dropFirst("USER: <image>\n".count).dropLast(" ASSISTANT:".count))
    case "llava-1.6":
      return String(prompt.dropFirst("[INST] <image>\n".count).dropLast(" [/INST]".count))
    case "blip-2":
      return String(prompt.dropFirst("Question: ".count).dropLast(" Answer:".count))
    case "flamingo":
      let text = prompt.dropFirst("<s>User:<fake_token_around_image><image>".count)
      return String(
        text.dropFirst("<fake_token_around_image>".count).dropLast("\nAssistant:".count))
    case "smolvlm":
      let start = try #require(
        prompt.range(of: "<fake_token_around_image>", options: .backwards))
      return String(prompt[start.upperBound...].dropLast("<end_of_utterance>\nAssistant:".count))
    case "paligemma", "pi0":
      let start = try #require(prompt.range(of: "<bos>"))
      return String(prompt[start.upperBound...].dropLast())
    default: return prompt
    }
  }
}
