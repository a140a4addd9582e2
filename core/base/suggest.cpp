#include "core/base/suggest.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tributary {
namespace {

// Insertions, deletions, substitutions and swaps of neighbours, each counted as one.
size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<size_t> before_last, last(b.size() + 1), row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        before_last = last;
        last = row;
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t substituted = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({substituted, last[j] + 1, row[j - 1] + 1});
            const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (is_swap) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row[b.size()];
}

}  // namespace

std::string nearest_word(std::string_view word, const std::vector<std::string>& known) {
    if (word.size() > 64) return {};
    size_t best = std::max<size_t>(1, word.size() / 3) + 1;
    std::string found;
    for (const std::string& candidate : known) {
        if (candidate.size() > 64) continue;
        const size_t distance = edit_distance(word, candidate);
        if (distance < best) best = distance, found = candidate;
    }
    return found;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
    const std::string found = nearest_word(word, known);
    return found.empty() ? std::string() : fmt::format(" (did you mean '{}'?)", found);
}

}  // namespace tributary
