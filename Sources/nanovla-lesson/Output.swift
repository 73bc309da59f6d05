import Console

// Both write without a buffer, so that this program's lines and a lesson's appear in order.
func standardError(_ text: String) { Console.standardError(text) }
func standardOutput(_ text: String) { Console.write(text) }
