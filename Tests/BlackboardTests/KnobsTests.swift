import Testing

@testable import Blackboard

@Suite struct KnobsTests {
  private let source = """
    let idea = "knobs"

    // Knobs: change one, run again.
    let bins = 32  // B
    let  path = "a//b"   // text with slashes
    let heads = [
      "a": 1,  // one
      "b": 2,
    ]
    settings.groups = 4

    let other = 1
    """

  @Test("knobs are the declarations below the heading, without comments and alignment")
  func declarations() {
    #expect(
      Knobs.declarations(in: source) == [
        "let bins = 32", #"let path = "a//b""#, #"let heads = [ "a": 1, "b": 2, ]"#,
        "settings.groups = 4",
      ])
    #expect(Knobs.declarations(in: "let a = 1").isEmpty)
  }

  @Test("a changed knob is named with its measured value; comments and spaces change nothing")
  func differences() {
    let measured = Knobs.declarations(in: source)
    func difference(_ old: String, _ new: String) -> String {
      Knobs.differences(
        from: measured, to: Knobs.declarations(in: source.replacing(old, with: new)))
    }
    #expect(difference("", "") == "")
    #expect(difference("  // B", "") == "")
    #expect(difference("bins = 32", "bins  =  32 // more") == "")
    #expect(difference("bins = 32", "bins = 4") == "bins = 32")
    #expect(difference("groups = 4", "groups = 8") == "settings.groups = 4")
    #expect(difference("let bins = 32  // B\n", "") == "bins = 32")
    #expect(difference("let bins", "let more = 1\nlet bins") == "without more")
    #expect(Knobs.differences(from: measured, to: [], limit: 5).contains("heads as it was"))
  }

  @Test("flags of a lesson count as changed knobs")
  func flags() {
    let bands = LessonBands(knobs: ["let a = 1"])
    #expect(bands.differences(from: ["let a = 1"], []) == "")
    #expect(bands.differences(from: ["let a = 1"], ["--pretrain"]) == "without --pretrain")
    #expect(
      bands.differences(from: ["let a = 2"], ["--pretrain"]) == "with a = 1, without --pretrain")
  }
}
