import Files
import Testing

@Suite struct BundledFolderTests {
  @Test("a bundled folder that does not exist is an error with the places that were searched")
  func missing() {
    let thrown = #expect(throws: MissingResource.self) {
      try BundledFolder.locate(bundle: "a_b", folder: "Nothing", source: "/nowhere/x.swift")
    }
    let message = thrown.map { "\($0)" } ?? ""
    #expect(message.contains("a_b.resources/Nothing") && message.contains("/nowhere/Nothing"))
  }
}
