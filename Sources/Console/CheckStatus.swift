/// How a checked exercise ends: its exit status. A crash ends it by a signal.
public enum CheckStatus {
  /// The function is right.
  public static let right: Int32 = 0
  /// The same for a caller that passes ``confirmation``: a script without its last line, the check,
  /// ends with 0 too.
  public static let confirmedRight: Int32 = 10
  /// An argument on the command line of an exercise.
  public static let confirmation = "--confirm"
  /// An answer is wrong.
  public static let wrong: Int32 = 1
  /// The function is not written yet.
  public static let notAttempted: Int32 = 3
  /// The function did not return in time.
  public static let endless: Int32 = 4
}
