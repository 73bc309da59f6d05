/// Options that contradict each other, or what the folder already holds.
struct RequestError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
