// "Did you mean ...?": the nearest known word, when it is near enough to be the one that was meant.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tributary {

// Empty when nothing is within a third of the word's length (at least one edit).
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);
// " (did you mean 'retries'?)" or "".
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace tributary
