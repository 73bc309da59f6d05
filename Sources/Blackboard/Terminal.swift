import Foundation

/// The reader's terminal: how wide it is, whether it shows colours, and how it is written to.
public enum Terminal {
  /// Columns of the terminal behind `descriptor`; `COLUMNS` comes first, 80 last.
  public static func columns(of descriptor: Int32 = STDOUT_FILENO) -> Int {
    var size = winsize()
    let told = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
    let measured = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
    let columns = [told ?? 0, measured].first { $0 > 0 } ?? 80
    return max(20, min(columns, 500))
  }

  /// Whether colours are welcome: on a terminal, unless `NO_COLOR` says otherwise (no-color.org).
  public static var showsColor: Bool {
    let environment = ProcessInfo.processInfo.environment
    let no = environment["NO_COLOR"] ?? ""
    return isatty(STDOUT_FILENO) == 1 && no.isEmpty && environment["TERM"] != "dumb"
  }

  /// A number as a reader wants it: four digits that count.
  public static func number(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e6 { return String(Int(value)) }
    return String(format: abs(value) < 1e-3 || abs(value) >= 1e5 ? "%.2e" : "%.4g", value)
  }

  /// "+0.250": a number whose direction matters.
  public static func signed(_ value: some BinaryFloatingPoint, digits: Int = 3) -> String {
    String(format: "%+.\(digits)f", Double(value))
  }

  /// Writes all of `text` at once; ends the program quietly when nobody reads any more (`| head`).
  public static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
    fflush(nil)  // what a script printed by itself comes first
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      if written <= 0 { exit(errno == EPIPE ? 128 + SIGPIPE : EXIT_FAILURE) }
      rest = rest.dropFirst(written)
    }
  }

  /// Ends the program with one line on standard error.
  static func fail(_ message: String, status: Int32) -> Never {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    write("error: \(line)\n", to: STDERR_FILENO)
    exit(status)
  }
}
