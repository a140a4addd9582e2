// The commands of tributaryctl, each a function that prints and answers the exit code (sysexits). Arguments are plain
// values; ctl_main.cpp fills them. With is_json the daemon's answer is printed as it came.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/daemon/ctl_client.hpp"
#include "core/daemon/ctl_table.hpp"

namespace tributary::ctl {

struct Session {
    Client client{Target{}};
    bool is_json = false;
    int fail(const Error& error) const;                                 // prints it, answers its exit code
    int show(const json::value& value, const std::string& text) const;  // one or the other
    void progress(const std::string& text) const;                       // on a terminal only
};

struct Listing {  // of everything that comes in pages
    size_t rows_max = 50;
    std::string after, state;
    bool is_oldest_first = false;
};

struct FileSend {
    std::string file, feed, key;
    bool is_waiting = false;
    int64_t wait_s = 30;
};

struct Redeem {
    std::string recipient, connector, amount, product, key;
};

struct ConnectorTrial {
    std::string file, sample, worker, isolation = "process";
    std::vector<std::string> options, secrets, profile;  // name=value; secrets: name=FILE
};

struct Check {
    std::string config = "/etc/tributary/tributary.toml";
    bool is_text_only = false;
};

int check(const Session& session, const Check& check);
std::string socket_of(const std::string& config, const std::string& fallback);  // [api] socket of a configuration
int config_page(const std::string& format);                                     // markdown | man | schema-main | ...
int status(const Session& session);
int feed_list(const Session& session);
int validate(const Session& session, const FileSend& send);
int send(const Session& session, const FileSend& send);
int interchange_list(const Session& session, const Listing& listing, const std::string& feed);
int interchange_show(const Session& session, const std::string& seq, bool with_lines);
int interchange_ack(const Session& session, const std::string& seq);
int exception_list(const Session& session, const Listing& listing, const std::string& cause);
int exception_retry(const Session& session, int64_t id, const std::string& cause, const std::string& subject,
                    bool is_dry);
int exception_ignore(const Session& session, int64_t id, const std::string& reason);
int directory_import(const Session& session, const std::vector<std::string>& files);
int party_show(const Session& session, const std::string& code);
int award_list(const Session& session, const Listing& listing, const std::string& recipient);
int explain(const Session& session, const std::string& line, const std::string& language);
int budget_list(const Session& session);
int budget_fund(const Session& session, const std::string& budget, const std::string& amount, std::string key);
int program_list(const Session& session);
int redeem(const Session& session, Redeem redeem);
int payout_list(const Session& session, const Listing& listing);
int payout_show(const Session& session, const std::string& id);
int payout_resolve(const Session& session, const std::string& id, const std::string& outcome,
                   const std::string& evidence);
int payout_look_up(const Session& session, const std::string& id);
int payout_reveal(const Session& session, const std::string& id, bool is_again);
int account_list(const Session& session, const Listing& listing, const std::string& prefix);
int account_statement(const Session& session, const Listing& listing, const std::string& code);
int ledger_verify(const Session& session, const std::string& head_file);
int ledger_head(const Session& session);
int ledger_export(const Session& session, const std::string& format, const std::string& path);
int notice_list(const Session& session, const Listing& listing);
int audit_list(const Session& session, const Listing& listing);
int connector_list(const Session& session);
int connector_describe(const Session& session, const ConnectorTrial& trial);
int connector_test(const Session& session, const ConnectorTrial& trial);
int backup(const Session& session, const std::string& path);
int reload(const Session& session);
int metrics(const Session& session);

}  // namespace tributary::ctl
