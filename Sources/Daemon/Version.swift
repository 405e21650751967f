/// Where the version stands in both programs.
///
/// Its width is always the same, because scripts/package writes another version into finished programs: that of a package
/// to upgrade from, for tests.
private let field = "understudy-version=0.1.0                        "

/// The version of both programs.
package let understudyVersion = String(field.drop { $0 != "=" }.dropFirst().prefix { $0 != " " })
