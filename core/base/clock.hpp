// Time comes in through Clock so that a simulator can own it. Instants are ms since the epoch, UTC; waiting and
// time-outs use the monotonic clock only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary {

class Clock {
public:
    virtual ~Clock() = default;
    virtual int64_t now_ms() const = 0;        // wall clock
    virtual int64_t monotonic_ms() const = 0;  // never jumps
};

Clock& system_clock();

class ManualClock final : public Clock {  // for tests: stands still until told
public:
    explicit ManualClock(int64_t now_ms) : now_ms_(now_ms) {}
    int64_t now_ms() const override { return now_ms_; }
    int64_t monotonic_ms() const override { return monotonic_ms_; }
    void advance_ms(int64_t by) { now_ms_ += by, monotonic_ms_ += by; }
    void jump_ms(int64_t by) { now_ms_ += by; }  // wall clock only

private:
    int64_t now_ms_;
    int64_t monotonic_ms_ = 0;
};

// Calendar dates are int32 yyyymmdd.
bool is_date(int32_t yyyymmdd);                                   // a real Gregorian day, 1900..2199
int64_t days_from_civil(int32_t yyyymmdd);                        // days since 1970-01-01
int32_t civil_from_days(int64_t days);
int32_t date_of_ms(int64_t ms);                                   // UTC
std::optional<int32_t> parse_iso_date(std::string_view text);     // "2026-11-01"
std::string iso_date(int32_t yyyymmdd);
std::string iso_instant(int64_t ms);                              // "2026-11-01T03:41:00.000Z"

}  // namespace tributary
