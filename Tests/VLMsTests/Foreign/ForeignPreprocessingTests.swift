import Files
import Foundation
import TestSupport
import Testing
import VLMs

/// How images and questions reach a model, where a folder says it otherwise than its family does.
@Suite("Preprocessing of other models") struct ForeignPreprocessingTests {
  @Test("of two files with image settings the one of newer versions counts") func twoFiles() throws
  {
    let folder = try EditedFolder("llava15")
    try folder.set("image_mean", [0.5, 0.5, 0.5], in: "preprocessor_config.json")
    let combined = try ImagePreprocessor.read(folder: folder.url).normalizations[0].mean
    #expect(combined == [0.48145466, 0.4578275, 0.40821073])
    try folder.set("image_processor", nil, in: "processor_config.json")
    #expect(
      try ImagePreprocessor.read(folder: folder.url).normalizations[0].mean == [0.5, 0.5, 0.5])
  }

  @Test(
    "image settings that are not computed are refused by name",
    arguments: [
      ("size", #"{"shortest_edge": 42, "longest_edge": 50}"#, "size.longest_edge"),
      ("do_pad", "true", "do_pad"), ("pad_size", #"{"height": 9, "width": 9}"#, "pad_size"),
      ("size_divisor", "32", "size_divisor"), ("do_reduce_labels", "true", "do_reduce_labels"),
    ])
  func preprocessing(key: String, value: String, place: String) throws {
    let folder = try EditedFolder("llava15")
    try folder.remove("processor_config.json")
    try folder.set(
      key, JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed),
      in: "preprocessor_config.json")
    #expect(folder.refusal().contains(place))
  }

  @Test("a step whose flag is null is not done, and of two colors the missing one is the family's")
  func nullSteps() throws {
    func read(_ settings: String) throws -> ImagePreprocessor {
      try ImagePreprocessor(
        JSONFile.parse(
          Data(#"{"image_processor_type": \#(settings)}"#.utf8), name: "preprocessor_config.json"))
    }
    let clip = try read(#""CLIPImageProcessor""#)
    let off = try read(
      """
      "CLIPImageProcessor", "do_resize": null, "do_center_crop": null, "do_rescale": null,
      "do_normalize": null, "image_mean": [9, 9, 9]
      """)
    #expect(off.target == nil && off.crop == nil && off.scale == nil)
    #expect(off.normalizations == [.init(mean: [0, 0, 0], std: [1, 1, 1])])
    let mean = try read(#""CLIPImageProcessor", "image_mean": [1, 2, 3]"#).normalizations[0]
    #expect(mean == .init(mean: [1, 2, 3], std: clip.normalizations[0].std))
    let std = try read(#""SiglipImageProcessor", "image_std": [1, 2, 3]"#).normalizations[0]
    #expect(std == .init(mean: [0.5, 0.5, 0.5], std: [1, 2, 3]))
  }

  @Test("a size of one number is the shorter side or a square, as default_to_square says")
  func squares() throws {
    for (type, squares) in [
      ("CLIPImageProcessor", false), ("SiglipImageProcessor", false), ("BlipImageProcessor", true),
    ] {
      for stated in [nil, true, false] {
        let flag = stated.map { #", "default_to_square": \#($0)"# } ?? ""
        let json = try JSONFile.parse(
          Data(#"{"image_processor_type": "\#(type)", "size": 30\#(flag)}"#.utf8), name: "x")
        let target = try ImagePreprocessor(json).target
        #expect(
          target
            == (stated ?? squares ? .exactly(.init(width: 30, height: 30)) : .shortestEdge(30)))
      }
    }
  }

  @Test(
    "an image is cut into at most 32 tiles along a side, so that none becomes millions of tiny ones"
  )
  func tinyTiles() throws {
    let folder = try EditedFolder("smolvlm")
    func read(_ edge: Int, _ side: Int) throws -> ImagePreprocessor {
      try folder.set("size.longest_edge", edge, in: "preprocessor_config.json")
      try folder.set("max_image_size.longest_edge", side, in: "preprocessor_config.json")
      return try ImagePreprocessor.read(folder: folder.url)
    }
    #expect(try read(64, 2).splitting?.side == 2)
    for (edge, side) in [(4096, 1), (65, 2), (4096, 127)] {
      let error = #expect(throws: JSONFileError.self) { try read(edge, side) }
      #expect(error?.description.contains("at most 32 tiles of \(side) pixels") == true)
    }
    let next = try EditedFolder("llava_next")
    try next.remove("processor_config.json")
    try next.set("image_grid_pinpoints", [[28 * 33, 28]], in: "preprocessor_config.json")
    #expect(throws: JSONFileError.self) { try ImagePreprocessor.read(folder: next.url) }
    try next.set("image_grid_pinpoints", [[28 * 32, 28]], in: "preprocessor_config.json")
    #expect(try ImagePreprocessor.read(folder: next.url).tiling?.resolutions[0].height == 28 * 32)
  }

  @Test(
    "a chat template is named, unless it gives the family's own prompt",
    arguments: [
      "chat_template.jinja", "chat_template.json", "processor_config.json", "tokenizer_config.json",
    ])
  func chatTemplate(name: String) throws {
    let folder = try EditedFolder("llava15")
    func write(_ template: String) throws {
      if name.hasSuffix("jinja") { return try folder.write(template, name) }
      if name == "chat_template.json" { try folder.write("{}", name) }
      try folder.set("chat_template", template, in: name)
    }
    try write("<|user|>{{ messages }}<|assistant|>")
    let notes = try VLM.read(folder.url).notes
    #expect(notes.count == 1 && notes[0].contains("chat_template") && notes[0].contains(name))
    let content = "{% for content in message['content'] | selectattr('type', 'equalto', "
    try write(
      "{% for message in messages %}{% if message['role'] != 'system' %}"
        + "{{ message['role'].upper() + ': '}}{% endif %}{# Render all images first #}"
        + content + "'image') %}{{ '<image>\n' }}{% endfor %}{# Render all text next #}"
        + content + "'text') %}{{ content['text'] + ' '}}{% endfor %}{% endfor %}"
        + "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}\n")
    #expect(try VLM.read(folder.url).notes == [])
  }

  @Test("a template that gives another family's prompt is named")
  func otherFamilyTemplate() throws {
    let content = "{% for content in message['content'] | selectattr('type', 'equalto', "
    let user =
      "{# Render all images first #}" + content + "'image') %}{{ '<image>\n' }}{% endfor %}"
      + "{# Render all text next #}" + content + "'text') %}{{ content['text'] "
    let llava =
      "{% for message in messages %}{% if message['role'] != 'system' %}"
      + "{{ message['role'].upper() + ': '}}{% endif %}" + user + "+ ' '}}{% endfor %}"
      + "{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
    let mistral =
      "{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' }}" + user
      + "}}{% endfor %}{{' [/INST]' }}{% elif message['role'] == 'assistant' %}"
      + "{{ ' ' + message['content'][0]['text'] + '<\\s> '}}{% else %}{{ raise_exception('Only user "
      + "and assistant roles are supported!') }}{% endif %}{% endfor %}"
    for (fixture, own, other) in [("llava15", llava, mistral), ("llava_next", mistral, llava)] {
      let folder = try EditedFolder(fixture)
      try folder.write(own, "chat_template.jinja")
      #expect(try VLM.read(folder.url).notes == [])
      try folder.write(other, "chat_template.jinja")
      #expect(try VLM.read(folder.url).notes.count == 1)
    }
  }

  @Test("settings for sampling are named") func sampling() throws {
    let folder = try EditedFolder("llava15")
    try folder.set("repetition_penalty", 1.2, in: "generation_config.json")
    try folder.set("num_beams", 5, in: "generation_config.json")
    let notes = try VLM.read(folder.url).notes
    #expect(
      notes == [
        "generation_config.json has num_beams, repetition_penalty, not read: generation is greedy"
      ])
    try folder.set("repetition_penalty", 1.0, in: "generation_config.json")
    try folder.set("num_beams", 1, in: "generation_config.json")
    #expect(try VLM.read(folder.url).notes == [])
  }
}
