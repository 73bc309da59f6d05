import Console
import Foundation

/// The terminal's width and colors, and the format of numbers printed to it.
public enum Terminal {
  /// The width in characters, 20 to 500: `COLUMNS` if it is set, otherwise the size of the terminal
  /// behind `descriptor`, otherwise 80.
  public static func columns(of descriptor: Int32 = STDOUT_FILENO) -> Int {
    var size = winsize()
    let requested = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
    let measured = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
    let columns = [requested ?? 0, measured].first { $0 > 0 } ?? 80
    return max(20, min(columns, 500))
  }

  /// True on a terminal unless `NO_COLOR` is set (see no-color.org) or `TERM` is "dumb".
  public static var showsColor: Bool {
    let environment = ProcessInfo.processInfo.environment
    let no = environment["NO_COLOR"] ?? ""
    return isatty(STDOUT_FILENO) == 1 && no.isEmpty && environment["TERM"] != "dumb"
  }

  /// A number with four significant digits; whole numbers below a million have all of theirs.
  public static func number(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e6 { return String(Int(value)) }
    return String(format: abs(value) < 1e-3 || abs(value) >= 1e5 ? "%.2e" : "%.4g", value)
  }

  /// A number with its sign, such as "+0.250".
  public static func signed(_ value: some BinaryFloatingPoint, digits: Int = 3) -> String {
    String(format: "%+.\(digits)f", Double(value))
  }

  /// Writes all of `text` without a buffer, or ends the program (``Console/write(_:to:)``).
  public static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
    Console.write(text, to: descriptor)
  }

  /// Ends the program with one line on standard error.
  static func fail(_ message: String, status: Int32) -> Never {
    write("error: \(errorLine(message))\n", to: STDERR_FILENO)
    exit(status)
  }
}
