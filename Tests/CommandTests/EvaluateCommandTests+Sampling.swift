import Testing

extension EvaluateCommandTests {
  @Test("at a temperature actions are sampled, the same in each run, and the report says so")
  func sampling() throws {
    try Self.made.get()
    let arguments = [
      "evaluate", "--policy", "run/start", "--episodes", "12", "--no-controls", "--json",
    ]
    func report(_ temperature: String...) throws -> (asked: Double?, successes: Int, text: String) {
      let result = try Self.program.run(
        arguments + temperature, in: Self.folder, environment: ["NANOVLA_THREADS": "1"])
      let object = try object(result)
      let policy = try #require((object["policies"] as? [[String: Any]])?.first)
      let success = try #require(policy["success"] as? [String: Any])
      return (
        object["temperature"] as? Double, try #require(success["successes"] as? Int), result.output
      )
    }
    let greedy = try report()
    #expect(greedy.asked == 0)
    let wild = try report("--temperature", "50")
    #expect(wild.asked == 50 && wild.successes == 0, "uniform bins lead nowhere")
    #expect(try report("--temperature", "50").text == wild.text)
    #expect(try report("--temperature", "0").text == greedy.text)
  }

  @Test(
    "a temperature out of range, or of a head without probabilities, is refused in one line",
    arguments: [
      ("-1", "run/start", "0 to 100"), ("nan", "run/start", "0 to 100"), ("1", "l1", "l1"),
    ])
  func refusedSampling(temperature: String, policy: String, reason: String) throws {
    try Self.made.get()
    if policy == "l1" {
      let train = [
        "train", "--head", "l1", "--demonstrations", "2", "--steps", "5", "--episodes", "0",
      ]
      let trained = try Self.program.run(train + ["--output", "l1"], in: Self.folder)
      #expect(trained.status == 0, "\(trained.error)")
    }
    let result = try Self.program.run(
      ["evaluate", "--policy", policy, "--temperature=\(temperature)"], in: Self.folder)
    #expect(result.status != 0 && result.output.isEmpty)
    #expect(result.error.contains(reason == "l1" ? "continuous" : reason), "\(result.error)")
    #expect(result.error.split(separator: "\n").count == 1, "\(result.error)")
  }
}
