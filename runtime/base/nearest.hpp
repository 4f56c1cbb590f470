#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// Returns the candidates that a person who typed `name` may have meant, the
/// best first, at most `most` of them and only plausible ones: those within a
/// third of the name's length in edits (case ignored), and those that begin
/// with the name. Ties are in the order of the bytes.
///
/// The distance is the "optimal string alignment" form of Damerau-Levenshtein:
/// insert, delete, replace, and swap of neighbours cost 1 each (F. Damerau,
/// "A technique for computer detection and correction of spelling errors",
/// CACM 7(3), 1964). Names over 256 bytes have no neighbours.
std::vector<std::string> nearest(std::string_view name,
                                 const std::vector<std::string>& candidates,
                                 size_t most = 3);

/// Returns `; did you mean "x" or "y"?`, or nothing if no candidate is near:
/// to be put behind the sentence that refuses `name`.
std::string did_you_mean(std::string_view name,
                         const std::vector<std::string>& candidates);

} // namespace troupe
