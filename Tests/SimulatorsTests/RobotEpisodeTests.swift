import Images
import Simulators
import Testing

@Suite struct RobotEpisodeTests {
  @Test func equalEpisodesAreEqualInEveryField() {
    let frames = (0..<3).map {
      RGBImage(width: 2, height: 2, pixels: Array(repeating: $0, count: 12))
    }
    let episode = RobotEpisode(
      task: "toy:reach", instruction: "reach the goal", seed: 7, frames: frames,
      actions: [[1, 2], [3, 4], [5, 6]], state: [[0], [1], [2]])
    var other = episode
    #expect(other == episode)
    other.actions[2][1] = 7
    #expect(other != episode)
  }
}
