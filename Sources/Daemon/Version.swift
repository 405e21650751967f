/// The version of both programs, in one place.
package let understudyVersion = "0.1.0"
