import Files
import Foundation
import Testing

@testable import Serving

/// The replies of the reference servers, decoded and written again.
@Suite struct RecordedReplyTests {
  private func body(_ name: String) throws -> String {
    let data = try recorded(name)
    let head = try #require(data.range(of: Data("\r\n\r\n".utf8)))
    return String(decoding: data[head.upperBound...], as: UTF8.self)
  }

  private let action: [Float] = [0.0125, -0.5, 0.25, 0, 0.1, -0.0625, 1]

  @Test func `an action is OpenVLA's reply, byte for byte`() throws {
    let text = try body("act-reply.http")
    let array = try NumPyArray(json: JSONFile.parse(Data(text.utf8), name: "reply"))
    #expect(array.json == text)
    #expect(try array.floats("action") == action)
    #expect(array.dtype == NumPyArray(doubles: action).dtype && array.shape == [7])
  }

  @Test func `an encoded reply is a JSON string of the same array`() throws {
    let text = try body("act-encoded-reply.http")
    let inner = try JSONFile.parse(Data(text.utf8), name: "reply").string()
    #expect(JSONWriter.quoted(inner) == text)
    let array = try NumPyArray(json: JSONFile.parse(Data(inner.utf8), name: "reply"))
    #expect(try array.floats("action") == action)
  }

  @Test func `a chunk is OFT's list of arrays, byte for byte`() throws {
    let text = try body("act-oft-reply.http")
    let chunk = [action, action.map { 2 * $0 }]
    let arrays = chunk.map { NumPyArray($0, shape: [7]).json }
    #expect("[" + arrays.joined(separator: ",") + "]" == text)
  }
}
