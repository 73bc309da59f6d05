import Testing

extension EvaluateCommandTests {
  @Test(
    "with a delay the report names it, and how the robot spends it",
    arguments: ["synchronous", "asynchronous", "blended"])
  func delay(execution: String) throws {
    let arguments = ["--policy", "run/start", "--episodes", "8", "--no-controls", "--delay", "1"]
    try Self.made.get()
    let asked = ["evaluate"] + arguments + ["--execution", execution]
    let text = try Self.program.run(asked, in: Self.folder)
    #expect(text.output.contains("1 step, \(execution) execution"), "\(text.error)")
    let report = try object(Self.program.run(asked + ["--json"], in: Self.folder))
    #expect(report["delaySteps"] as? Int == 1 && report["execution"] as? String == execution)
    let policy = try #require((report["policies"] as? [[String: Any]])?.first)
    #expect(policy["actionsBeforeLookingAgain"] as? Int == 1)
    let plain = try object(evaluate("--policy", "run/start", "--episodes", "8", "--json"))
    #expect(plain["delaySteps"] as? Int == 0 && plain["execution"] == nil)
  }

  @Test(
    "a delay that the policy's chunks do not allow is refused in one line",
    arguments: [
      (["--delay", "2", "--execution", "blended"], "at least 4 actions"),
      (["--delay=-1"], "-1 steps"), (["--horizon", "3"], "1 to 2"),
      (["--delay", "1", "--execution", "asynchronous", "--horizon", "2"], "must be 1 to 1"),
    ])
  func refusedDelay(arguments: [String], reason: String) throws {
    try Self.made.get()
    let result = try Self.program.run(
      ["evaluate", "--policy", "run/start"] + arguments, in: Self.folder)
    #expect(result.status != 0 && result.output.isEmpty)
    #expect(result.error.contains(reason), "\(result.error)")
    #expect(result.error.split(separator: "\n").count == 1, "\(result.error)")
  }
}
