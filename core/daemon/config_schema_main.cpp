// The tables of tributary.toml.
#include "core/daemon/config_schema.hpp"

namespace tributary::config {
namespace {

const Section& daemon_section() {
    static const Section section{
        "daemon",
        "Where things are, and how the daemon talks.",
        {
            {"data_directory", Type::path, false, 0, 0, "/var/lib/tributary", "Store, spool and keys live here."},
            {"connector_directory", Type::path, false, 0, 0, "/usr/lib/<triplet>/tributary/connectors",
             "Where connector libraries are."},
            {"credentials_directory", Type::path, false, 0, 0, "$CREDENTIALS_DIRECTORY",
             "Where \"cred:name\" is looked for; systemd's LoadCredential= sets the default."},
            {"worker", Type::path, false, 0, 0, "",
             "The program that isolates connectors; the default is tributary-worker beside tributaryd."},
            choice("log_level", false, "info", {"debug", "info", "warning", "error"},
                   "The least important line that is written."),
            choice("log_format", false, "text", {"text", "json"},
                   "text: lines with a journald priority; json: one object a line."),
            {"drain_timeout_s", Type::integer, false, 0, 3600, "60",
             "How long a stop waits for requests and payouts that run."},
        }};
    return section;
}

const Section& api_token_section() {
    static const Section section{
        "api.token",
        "A bearer token for the HTTP API over TCP.",
        {
            {"name", Type::name, true, 1, 64, "", "Who uses it; stands in the audit trail."},
            choice("role", true, "", {"admin", "operator", "finance", "auditor", "rep_desk"}, "What it may do."),
            {"token", Type::credential, true, 0, 0, "", "The credential that holds the token, at least 16 characters."},
        }};
    return section;
}

const Section& api_section() {
    static const Section section{
        "api",
        "Who may administrate, by the Unix socket and by bearer token.",
        {
            {"socket", Type::path, false, 0, 0, "/run/tributary/control.sock",
             "The Unix socket that tributaryctl talks to. Root and the daemon's own user always may."},
            {"users", Type::text_list, false, 0, 0, "", "More users who may administrate over the socket."},
            {"groups", Type::text_list, false, 0, 0, "", "Groups whose members may administrate over the socket."},
            table_list("token", 64, api_token_section(), "Bearer tokens, see [[api.token]]."),
        }};
    return section;
}

const Section& http_section() {
    static const Section section{
        "http",
        "The HTTP listener: feeds, the API, webhooks.",
        {
            {"listen", Type::address, false, 0, 0, "127.0.0.1",
             "The address; one that others can reach needs certificate and key."},
            {"port", Type::integer, false, 0, 65535, "8440", "0: any free port, see <data_directory>/endpoints.json."},
            {"certificate", Type::path, false, 0, 0, "", "PEM certificate chain; read again on reload."},
            {"key", Type::path, false, 0, 0, "", "PEM private key of the certificate."},
            {"public_url", Type::url, false, 0, 0, "", "How providers reach /webhooks/ from outside."},
            {"ca_file", Type::path, false, 0, 0, "",
             "PEM bundle of the authorities trusted for outgoing calls; the default is the system's."},
        }};
    return section;
}

const Section& metrics_section() {
    static const Section section{"metrics",
                                 "The listener of /metrics, /-/healthy and /-/ready. It asks for no credentials.",
                                 {
                                     {"listen", Type::address, false, 0, 0, "127.0.0.1",
                                      "The address; one that others can reach uses certificate and key of [http]."},
                                     {"port", Type::integer, false, 0, 65535, "9440", "0: any free port."},
                                 }};
    return section;
}

const Section& spool_section() {
    static const Section section{"spool",
                                 "The files as received.",
                                 {
                                     {"size_max_mb", Type::integer, false, 1, 1LL << 30, "65536",
                                      "When the spool is this big nothing more is accepted (503)."},
                                     {"retention_days", Type::integer, false, 1, 36500, "400",
                                      "Files of finished interchanges are deleted after this."},
                                 }};
    return section;
}

const Section& notice_section() {
    static const Section section{
        "notice",
        "Mails to people.",
        {{"connector", Type::name, false, 1, 64, "", "The notice connector; without it no notices are sent."}}};
    return section;
}

const Section& payout_section() {
    static const Section section{"payout",
                                 "Settings of all payouts.",
                                 {{"bearer_key", Type::credential, false, 0, 0, "",
                                   "Encrypts gift-card links at rest: 32 bytes, or 64 hex digits. The default is made "
                                   "once in the data directory."}}};
    return section;
}

}  // namespace

const FileKind& main_file() {
    static const FileKind kind{
        "tributary.toml",
        "The daemon's own settings. feeds.d/, connectors.d/ and programs.d/ beside it hold the rest.",
        {&daemon_section(), &api_section(), &http_section(), &metrics_section(), &spool_section(), &notice_section(),
         &payout_section()}};
    return kind;
}

}  // namespace tributary::config
