// connectors.d/*.toml: the connector itself, its options and secrets, and what makes it a way to redeem.
#include <algorithm>

#include "core/base/encoding.hpp"
#include "core/daemon/config_files.hpp"
#include "core/money/unit.hpp"

namespace tributary::config {
namespace {

const Value* table_of(const SourceFile& file, const char* section) {
    const auto found = file.root.table.find(section);
    return found != file.root.table.end() && found->second.kind == Value::Kind::table ? &found->second : nullptr;
}

void read_values(const SourceFile& file, ConnectorFile& out) {
    if (const Value* options = table_of(file, "options"))
        for (auto& [name, value] : flatten(file, *options)) out.connector.options.emplace(name, std::move(value));
    const Value* secrets = table_of(file, "secrets");
    if (secrets == nullptr) return;
    for (const auto& [name, value] : secrets->table) {
        if (out.connector.options.contains(name))
            file.complain(value.key_place, fmt::format("'{}' stands in both [options] and [secrets]", name));
        if (auto credential = credential_of(file, value, name)) out.secrets.emplace(name, std::move(*credential));
    }
}

void read_limits(const Reader& limits, host::ConnectorLimits& out) {
    const auto count = [&](const char* key) { return static_cast<uint32_t>(limits.integer(key)); };
    out.call_timeout_ms = count("call_timeout_ms");
    out.cpu_s_max = count("cpu_s_max");
    out.memory_size_max = static_cast<uint64_t>(limits.integer("memory_size_max_mb")) << 20;
    out.output_size_max = static_cast<uint64_t>(limits.integer("output_size_max_mb")) << 20;
    out.queue_count_max = count("queue_count_max");
    out.worker_count_max = count("worker_count_max");
}

// An amount in minor units; what has more decimals than the unit is refused, never rounded.
int64_t minor_of(const Reader& reader, const char* key, const std::string& unit, int64_t fallback) {
    const auto amount = reader.amount(key);
    if (!amount) return fallback;
    const auto minor = parse_minor(to_text(*amount), exponent_of(unit));
    if (!minor)
        reader.complain(key, fmt::format("'{}' has more decimals than {} knows ({})", key, unit, exponent_of(unit)));
    return minor.value_or(fallback);
}

void read_rate(const Reader& route, payout::PayoutRoute& out) {
    if (!route.has("rate")) return;
    const Reader rate = route.inner("rate");
    out.rate_money = minor_of(rate, "money", out.currency, 1);
    out.rate_per = minor_of(rate, "per", out.unit, 1);
    if (out.rate_money <= 0) rate.complain("money", "'money' must be more than 0");
    if (out.rate_per <= 0) rate.complain("per", "'per' must be more than 0");
}

void read_countries(const Reader& route, payout::PayoutRoute& out) {
    for (const std::string& country : route.texts("countries")) {
        const bool is_code = country.size() == 2 &&
                             std::all_of(country.begin(), country.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
        if (!is_code)
            route.complain("countries",
                           fmt::format("'{}' is no ISO 3166 country code such as US or DE", printable(country)));
        out.countries.push_back(country);
    }
}

void read_route(const Reader& route, ConnectorFile& out) {
    if (!route.is_present()) return;
    out.has_route = true;
    payout::PayoutRoute& to = out.route;
    to.connector = out.connector.name;
    to.title = route.text("title");
    to.unit = route.text("unit");
    to.currency = route.text("currency");
    read_rate(route, to);
    to.amount_min = minor_of(route, "min", to.unit, 1);
    to.amount_max = minor_of(route, "max", to.unit, INT64_MAX);
    if (to.amount_min < 1) route.complain("min", "'min' must be more than 0");
    if (to.amount_max < to.amount_min) route.complain("max", "'max' is less than 'min'");
    to.product = route.text("product");
    read_countries(route, to);
    to.rate_per_second = static_cast<uint32_t>(route.integer("per_second"));
    to.lookup_first_ms = route.integer("lookup_first_s") * 1000;
    to.lookup_max_ms = route.integer("lookup_max_s") * 1000;
    if (to.lookup_max_ms < to.lookup_first_ms)
        route.complain("lookup_max_s", "'lookup_max_s' is less than 'lookup_first_s'");
    to.attempts_max = static_cast<unsigned>(route.integer("attempts_max"));
    to.lookups_max = static_cast<unsigned>(route.integer("lookups_max"));
    to.timeout_ms = route.integer("timeout_s") * 1000;
    to.key_window_ms = route.integer("key_window_h") * 3'600'000;
}

}  // namespace

void read_connector(const SourceFile& file, Draft& draft) {
    const FileKind& kind = connector_file();
    check_sections(file, kind);
    ConnectorFile out;
    const Reader connector = read_section(file, kind, "connector");
    out.connector.name = connector.text("name");
    const Place at = connector.place("library");
    out.place = {file.path, at.line, at.column};
    const std::string library = connector.text("library");
    out.connector.path = library.starts_with('/') ? library : draft.config.connector_directory + "/" + library;
    if (!library.empty() && !library.ends_with(".so"))
        connector.complain(
            "library", fmt::format("'library' must be a file name that ends with .so, not '{}'", printable(library)));
    out.connector.isolation = connector.text("isolation") == "none" ? host::Isolation::none : host::Isolation::process;
    out.connector.worker_path = draft.config.worker_path;
    read_section(file, kind, "options");
    read_section(file, kind, "secrets");
    read_values(file, out);
    read_limits(read_section(file, kind, "limits"), out.connector.limits);
    read_route(read_section(file, kind, "payout"), out);
    draft.config.connectors.push_back(std::move(out));
    draft.connectors.push_back({file.path, connector.place("name")});
}

}  // namespace tributary::config
