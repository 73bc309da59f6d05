/// The `limit` names that need the fewest edits to become `name`, nearest first: for errors that
/// say what there is instead.
public func nearestNames(to name: String, among names: [String], limit: Int = 3) -> [String] {
  // The distance takes time in proportion to both lengths, and a file may hold a name of megabytes.
  let longest = 200
  let wanted = Array(name.utf8.prefix(longest))
  let ranked = names.map { candidate in
    (distance: editDistance(wanted, Array(candidate.utf8.prefix(longest))), name: candidate)
  }
  let sorted = ranked.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
  return sorted.prefix(limit).map(\.name)
}

/// Levenshtein's distance: the fewest insertions, deletions and replacements that turn `a` into `b`.
///
/// It takes time in proportion to both lengths.
///
/// Source: Wagner and Fischer, "The String-to-String Correction Problem" (1974).
package func editDistance<Letter: Equatable>(_ a: [Letter], _ b: [Letter]) -> Int {
  var row = Array(0...b.count)  // row[j]: from the part of `a` read so far to the first j of `b`
  for i in a.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}
