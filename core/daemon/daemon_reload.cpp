// Reload: everything is loaded anew beside what runs; only when all of it is good is it swapped in.
#include <fmt/format.h>

#include "core/base/log.hpp"
#include "core/daemon/daemon.hpp"
#include "core/ops/audit.hpp"

namespace tributary {

Result<json::object> Daemon::reload(const std::string& actor, const std::string& trace_id) {
    const std::lock_guard lock(reload_mutex_);
    notifier_.reloading();
    SourceErrors errors;
    std::optional<Loaded> next = load(loaded_.config.file, &loaded_, errors);
    Result<json::object> result =
        next ? swap(std::move(*next), actor) : Result<json::object>(fail(ErrorCode::config, to_text(errors)));
    record_reload(result, actor, trace_id);
    notifier_.ready(status_line());
    return result;
}

// The steps that can fail come first. [with reload_mutex_]
Result<json::object> Daemon::swap(Loaded next, const std::string& actor) {
    const std::vector<std::string> restart = needs_restart(loaded_.config, next.config);
    TRIBUTARY_CHECK(server_->reload_tls());
    TRIBUTARY_TRY(const std::vector<rules::AppliedProgram> programs,
                  flow::apply_programs(*store_, *ledger_, next.config.programs, clock_, actor));
    flow_->replace_settings(flow_settings(next, programs));
    payouts_->replace_options(payout_options(next));
    notices_->replace_options(notice_options(next));
    api_->replace_settings(api_settings(next, programs));
    set_log(next.config.log_level, next.config.log_format);
    const Result<void> folders = start_folders(next.config);
    json::object out{{"feeds", next.config.feeds.size()},
                     {"connectors", next.connectors.size()},
                     {"connectors_opened", json::array(next.connectors_opened.begin(), next.connectors_opened.end())},
                     {"programs", programs.size()},
                     {"needs_restart", json::array(restart.begin(), restart.end())}};
    if (!folders) out["warning"] = folders.error().message;
    // What is bound stays as it is until a restart, and the next reload is to say so again.
    next.config.data_directory = loaded_.config.data_directory;
    next.config.socket_path = loaded_.config.socket_path;
    next.config.listen_address = loaded_.config.listen_address;
    next.config.listen_port = loaded_.config.listen_port;
    next.config.certificate = loaded_.config.certificate;
    next.config.key = loaded_.config.key;
    next.config.ca_file = loaded_.config.ca_file;
    next.config.metrics_address = loaded_.config.metrics_address;
    next.config.metrics_port = loaded_.config.metrics_port;
    next.config.spool = loaded_.config.spool;
    const std::lock_guard lock(loaded_mutex_);
    std::swap(loaded_, next);
    return out;
}

void Daemon::record_reload(const Result<json::object>& result, const std::string& actor, const std::string& trace_id) {
    metrics_.count_reload(result.has_value(), clock_.now_ms());
    json::object detail;
    if (result) {
        detail = *result;
        log_info("config.reloaded", {{"actor", actor}, {"needs_restart", to_text((*result).at("needs_restart"))}});
        if (const std::string warning = text_or(*result, "warning"); !warning.empty())
            log_warning("config.folder", {{"why", warning}});
    } else {
        detail["error"] = result.error().message;
        log_error(
            "config.reload_failed",
            {{"actor", actor}, {"hint", "the running configuration stays in use"}, {"why", result.error().message}});
    }
    const ops::AuditRecord entry{actor, result ? "config.reload" : "config.reload_failed", loaded_.config.file,
                                 std::move(detail), trace_id};
    const auto recorded = ops::record_first(*store_, clock_.now_ms(), entry);
    if (!recorded) log_error("audit.failed", {{"action", entry.action}, {"why", recorded.error().message}});
}

}  // namespace tributary
