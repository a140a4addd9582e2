#include "core/base/clock.hpp"

#include <chrono>

#include <fmt/format.h>

#include "core/base/encoding.hpp"

namespace tributary {
namespace {

class SystemClock final : public Clock {
public:
    int64_t now_ms() const override { return count_ms(std::chrono::system_clock::now().time_since_epoch()); }
    int64_t monotonic_ms() const override { return count_ms(std::chrono::steady_clock::now().time_since_epoch()); }

private:
    template <class Duration>
    static int64_t count_ms(Duration duration) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    }
};

std::chrono::year_month_day civil_of(int32_t yyyymmdd) {
    return {std::chrono::year(yyyymmdd / 10000), std::chrono::month(static_cast<unsigned>(yyyymmdd / 100 % 100)),
            std::chrono::day(static_cast<unsigned>(yyyymmdd % 100))};
}

}  // namespace

Clock& system_clock() {
    static SystemClock clock;
    return clock;
}

bool is_date(int32_t yyyymmdd) {
    return yyyymmdd >= 19000101 && yyyymmdd <= 21991231 && civil_of(yyyymmdd).ok();
}

int64_t days_from_civil(int32_t yyyymmdd) {
    return std::chrono::sys_days(civil_of(yyyymmdd)).time_since_epoch().count();
}

int32_t civil_from_days(int64_t days) {
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
    return int(date.year()) * 10000 + static_cast<int32_t>(unsigned(date.month()) * 100 + unsigned(date.day()));
}

int32_t date_of_ms(int64_t ms) {
    constexpr int64_t day_ms = 86'400'000;
    return civil_from_days(ms >= 0 ? ms / day_ms : -((-ms + day_ms - 1) / day_ms));
}

std::optional<int32_t> parse_iso_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = parse_int(text.substr(0, 4));
    const auto month = parse_int(text.substr(5, 2));
    const auto day = parse_int(text.substr(8, 2));
    if (!year || !month || !day || *month < 1 || *day < 1) return std::nullopt;
    const auto date = static_cast<int32_t>(*year * 10000 + *month * 100 + *day);
    if (!is_date(date)) return std::nullopt;
    return date;
}

std::string iso_date(int32_t yyyymmdd) {
    return fmt::format("{:04}-{:02}-{:02}", yyyymmdd / 10000, yyyymmdd / 100 % 100, yyyymmdd % 100);
}

std::string iso_instant(int64_t ms) {
    const int32_t date = date_of_ms(ms);
    const int64_t in_day = ms - days_from_civil(date) * 86'400'000;
    return fmt::format("{}T{:02}:{:02}:{:02}.{:03}Z", iso_date(date), in_day / 3'600'000, in_day / 60'000 % 60,
                       in_day / 1000 % 60, in_day % 1000);
}

}  // namespace tributary
