// Which control numbers came already. Numbers that count up, as nearly all do, cost one interval whatever their count;
// beyond `limit` intervals and words nothing more is remembered, so memory is bounded.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace tributary::x12 {

class ControlNumbers {
public:
    // True when the number is new. Compared as text: "1" and "0001" are two numbers.
    bool add(std::string_view number);
    void clear();

private:
    static constexpr size_t limit = 65536;
    std::map<uint64_t, uint64_t> runs_;  // first -> last, of (digits, value)
    std::set<std::string, std::less<>> words_;
};

// Control numbers by who sends what to whom. A file with absurdly many partners is not checked further.
class PartnerNumbers {
public:
    bool add(const std::string& partner, std::string_view number);

private:
    static constexpr size_t partners_max = 1024;
    std::map<std::string, ControlNumbers> seen_;
};

}  // namespace tributary::x12
