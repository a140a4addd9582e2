// The tables of feeds.d/*.toml and connectors.d/*.toml.
#include "core/daemon/config_schema.hpp"

namespace tributary::config {
namespace {

const Section& feed_section() {
    static const Section section{
        "feed",
        "One partner's feed.",
        {
            {"name", Type::name, true, 1, 64, "", "Stands in URLs, metrics and the books; never reuse one."},
            {"connector", Type::name, true, 1, 64, "", "The feed connector that reads it, see connectors.d/."},
            {"live", Type::boolean, false, 0, 0, "false", "false: everything is a test and posts nothing."},
            {"distributor", Type::text, false, 0, 64, "",
             "Party code of the distributor; without it the report's own id tells."},
            {"size_max_mb", Type::integer, false, 1, 4096, "2048", "A bigger interchange is refused."},
            {"tokens", Type::credential_list, false, 0, 8, "",
             "Bearer tokens for HTTPS; two allow a change without a gap."},
            {"folder", Type::path, false, 0, 0, "", "A drop folder to watch."},
            {"folder_settle_ms", Type::integer, false, 0, 600'000, "1000",
             "A file written in place is taken when it has not changed for this long."},
            {"answer_folder", Type::path, false, 0, 0, "", "Where answers go; the default is beside the file."},
            choice("ta1", false, "on_request", {"on_request", "always"},
                   "X12: TA1 when the sender asks for it or the envelope is bad, or always."),
        },
        Free::none,
        true};
    return section;
}

const Section& profile_section() {
    static const Section section{
        "profile",
        "What the feed connector needs to know of this partner; the names are the connector's. Nested tables become "
        "dotted names, lists are joined by commas.",
        {},
        Free::values};
    return section;
}

const Section& connector_section() {
    static const Section section{
        "connector",
        "One connector with its options.",
        {
            {"name", Type::name, true, 1, 64, "", "What feeds, routes and metrics call it."},
            {"library", Type::text, true, 1, 255, "", "File name in connector_directory, or an absolute path."},
            choice("isolation", false, "process", {"process", "none"},
                   "process: in a sandboxed worker; none: inside the daemon."),
        },
        Free::none,
        true};
    return section;
}

const Section& options_section() {
    static const Section section{
        "options", "Options as the connector declares them: tributaryctl connector describe FILE.", {}, Free::values};
    return section;
}

const Section& secrets_section() {
    static const Section section{
        "secrets", "Secret options of the connector, each \"cred:name\".", {}, Free::credentials};
    return section;
}

const Section& limits_section() {
    static const Section section{
        "limits",
        "What one call and one worker of this connector may use.",
        {
            {"call_timeout_ms", Type::integer, false, 100, 600'000, "10000",
             "Of one call; of one chunk when decoding."},
            {"cpu_s_max", Type::integer, false, 1, 86'400, "600", "Processor time of a worker; a fresh one follows."},
            {"memory_size_max_mb", Type::integer, false, 16, 65'536, "512", "Address space a worker may add."},
            {"output_size_max_mb", Type::integer, false, 1, 1024, "16", "Bytes one call may give out."},
            {"queue_count_max", Type::integer, false, 1, 1'000'000, "1024", "Payout and notice calls that wait."},
            {"worker_count_max", Type::integer, false, 1, 64, "4", "Worker processes at once."},
        }};
    return section;
}

const Section& rate_section() {
    static const Section section{"payout.rate",
                                 "What the wallet's unit is worth: per units are money of the currency.",
                                 {
                                     {"money", Type::amount, true, 0, 1'000'000'000, "", "In the currency: \"1.00\"."},
                                     {"per", Type::amount, true, 0, 1'000'000'000, "", "In the wallet's unit: 100."},
                                 }};
    return section;
}

const Section& route_section() {
    static const Section section{
        "payout",
        "Makes the connector a way to redeem.",
        {
            {"title", Type::text, true, 1, 128, "", "What people read."},
            {"unit", Type::unit, true, 0, 0, "", "The wallet's unit."},
            {"currency", Type::currency, true, 0, 0, "", "The currency of the reward."},
            table("rate", rate_section(), "{ money = \"1.00\", per = 100 }"),
            {"min", Type::amount, false, 0, 1'000'000'000'000, "", "The least one redemption may take, in the unit."},
            {"max", Type::amount, false, 0, 1'000'000'000'000, "", "The most."},
            {"product", Type::text, false, 0, 512, "", "Catalogue id when a redemption names none."},
            {"countries", Type::text_list, false, 0, 0, "", "Countries of recipients served; none named: any."},
            {"per_second", Type::integer, false, 0, 10'000, "0", "Calls per second; 0: what the connector declares."},
            {"lookup_first_s", Type::integer, false, 1, 86'400, "2",
             "First look-up of what is not decided; then doubling."},
            {"lookup_max_s", Type::integer, false, 1, 864'000, "3600", "The longest pause between two look-ups."},
            {"attempts_max", Type::integer, false, 1, 1000, "12", "Sends of one step; then a person decides."},
            {"lookups_max", Type::integer, false, 1, 10'000, "40", "Look-ups of one step; then a person decides."},
            {"key_window_h", Type::integer, false, 1, 87'600, "20",
             "How long the provider remembers a key; what is in doubt after that is never sent again."},
            {"timeout_s", Type::integer, false, 1, 600, "30", "Of one call."},
        }};
    return section;
}

}  // namespace

const FileKind& feed_file() {
    static const FileKind kind{"feeds.d/*.toml", "One feed a file.", {&feed_section(), &profile_section()}};
    return kind;
}

const FileKind& connector_file() {
    static const FileKind kind{
        "connectors.d/*.toml",
        "One connector a file.",
        {&connector_section(), &options_section(), &secrets_section(), &limits_section(), &route_section()}};
    return kind;
}

}  // namespace tributary::config
