// tributaryctl: the command line as a tree of commands. The only file that includes CLI11, which is slow to compile.
// Exit codes are those of sysexits.h: 0 done, 64 usage, 65 bad data, 69 unavailable, 77 not allowed, 78 configuration.
#include <cstdlib>
#include <functional>
#include <memory>

#include <CLI/CLI.hpp>

#include "core/daemon/ctl.hpp"
#include "core/daemon/daemon.hpp"

namespace tributary::ctl {
namespace {

constexpr int exit_usage = 64;

// The tree, and what its leaves were given. A leaf sets `run`, which is called after parsing.
class CommandLine {
public:
    CommandLine() : app_("Administrates tributaryd, the channel incentive daemon.", "tributaryctl") {
        app_.require_subcommand(1);
        app_.fallthrough();
        app_.set_version_flag("--version", std::string("tributaryctl ") + version_text());
        app_.add_option("--socket", target_.socket, "The daemon's Unix socket")
            ->envname("TRIBUTARY_SOCKET")
            ->capture_default_str();
        app_.add_option("--config,-c", check_.config, "The configuration: to check, and to find the socket in")
            ->capture_default_str();
        app_.add_option("--url", target_.url, "https://host:port instead of the socket");
        app_.add_option("--token-file", target_.token_file, "The file with the bearer token, with --url");
        app_.add_option("--ca-file", target_.ca_file, "PEM bundle to trust, with --url");
        app_.add_flag("--json", session_.is_json, "Print JSON");
        add_daemon();
        add_feeds();
        add_exceptions();
        add_directory();
        add_programs();
        add_payouts();
        add_ledger();
        add_connectors();
    }

    int run(int count, char** words) {
        try {
            app_.parse(count, words);
        } catch (const CLI::ParseError& error) {
            return app_.exit(error) == 0 ? 0 : exit_usage;
        }
        while (target_.url.ends_with('/')) target_.url.pop_back();
        if (app_.count("--config") > 0 && app_.count("--socket") == 0)
            target_.socket = socket_of(check_.config, target_.socket);
        session_.client = Client(target_);
        return run_();
    }

private:
    using Run = std::function<int()>;
    CLI::App* group(const char* name, const char* help) {
        CLI::App* app = app_.add_subcommand(name, help);
        app->require_subcommand(1);
        return app;
    }
    CLI::App* leaf(CLI::App* parent, const char* name, const char* help, Run run) {
        CLI::App* app = parent->add_subcommand(name, help);
        app->callback([this, run = std::move(run)] { run_ = run; });
        return app;
    }
    CLI::App* listing(CLI::App* app, const char* states = nullptr) {
        app->add_option("--limit", listing_.rows_max, "How many")
            ->check(CLI::Range(1, 1'000'000))
            ->capture_default_str();
        app->add_option("--after", listing_.after, "Only those behind this one");
        if (states != nullptr) app->add_option("--state", listing_.state, states);
        return app;
    }
    void add_daemon();
    void add_feeds();
    void add_exceptions();
    void add_directory();
    void add_programs();
    void add_payouts();
    void add_ledger();
    void add_connectors();

    CLI::App app_;
    Target target_;
    Session session_;
    Listing listing_;
    Check check_;
    FileSend send_;
    Redeem redeem_;
    ConnectorTrial trial_;
    std::string word_, second_, third_, format_, language_ = "en";
    std::vector<std::string> files_;
    int64_t id_ = 0;
    bool flag_ = false;
    Run run_;
};

void CommandLine::add_daemon() {
    CLI::App* check = leaf(&app_, "check", "Say everything that is wrong with the configuration; needs no daemon",
                           [this] { return ctl::check(session_, check_); });
    check->add_flag("--no-environment", check_.is_text_only, "The files only: no credentials, no connectors");
    leaf(&app_, "status", "How the daemon is; 69 when it is not ready", [this] { return ctl::status(session_); });
    leaf(&app_, "reload", "Take the configuration into use; a mistake changes nothing",
         [this] { return ctl::reload(session_); });
    leaf(&app_, "metrics", "The metrics, as Prometheus reads them", [this] { return ctl::metrics(session_); });
    leaf(&app_, "backup", "Copy the store to a new file while the daemon runs",
         [this] { return ctl::backup(session_, word_); })
        ->add_option("PATH", word_, "On the daemon's machine")
        ->required();
    CLI::App* notice = group("notice", "Mails to people");
    listing(leaf(notice, "list", "What was sent and what was not", [this] { return notice_list(session_, listing_); }),
            "waiting, sending, sent, failed or unknown");
    CLI::App* audit = listing(leaf(group("audit", "The audit trail"), "list", "Who changed what, the newest first",
                                   [this] { return audit_list(session_, listing_); }));
    audit->add_flag("--oldest", listing_.is_oldest_first, "The oldest first");
    leaf(group("config", "The configuration's own reference"), "reference", "Print it",
         [this] { return config_page(format_.empty() ? "markdown" : format_); })
        ->add_option("--format", format_, "markdown, man, schema-tributary, schema-feed or schema-connector")
        ->check(CLI::IsMember({"markdown", "man", "schema-tributary", "schema-feed", "schema-connector"}));
}

void CommandLine::add_feeds() {
    CLI::App* feed = group("feed", "The feeds");
    leaf(feed, "list", "Those that the daemon knows", [this] { return feed_list(session_); });
    const auto with_file = [this](CLI::App* app) {
        app->add_option("FILE", send_.file, "The interchange")->required();
        app->add_option("--feed,-f", send_.feed, "Whose it is")->required();
        return app;
    };
    with_file(leaf(feed, "validate", "What would become of a file; changes nothing; 65 when it has errors",
                   [this] { return validate(session_, send_); }));
    CLI::App* send = with_file(leaf(feed, "send", "Hand in a file as if the partner had sent it",
                                    [this] { return ctl::send(session_, send_); }));
    send->add_flag("--wait,-w", send_.is_waiting, "Wait for the acknowledgement and print it");
    send->add_option("--wait-s", send_.wait_s, "How long")->check(CLI::Range(1, 60))->capture_default_str();
    send->add_option("--key", send_.key, "Idempotency key: the same key again is the same interchange");

    CLI::App* interchange = group("interchange", "What was received");
    CLI::App* list = listing(
        leaf(interchange, "list", "The newest first", [this] { return interchange_list(session_, listing_, word_); }),
        "received, posting, done, rejected, duplicate, test or held");
    list->add_option("--feed,-f", word_, "Only this feed");
    list->add_flag("--oldest", listing_.is_oldest_first, "The oldest first");
    CLI::App* show =
        leaf(interchange, "show", "What became of one", [this] { return interchange_show(session_, word_, flag_); });
    show->add_option("NO", word_, "Its number")->required();
    show->add_flag("--lines", flag_, "Its posted lines with their awards, too");
    leaf(interchange, "ack", "The acknowledgement's bytes", [this] { return interchange_ack(session_, word_); })
        ->add_option("NO", word_, "Its number")
        ->required();
}

void CommandLine::add_exceptions() {
    CLI::App* exception = group("exception", "Lines that could not be resolved");
    listing(leaf(exception, "list", "The open ones", [this] { return exception_list(session_, listing_, word_); }),
            "open, posted, duplicate, ignored or all")
        ->add_option("--cause", word_, "Only this cause");
    CLI::App* retry = leaf(exception, "retry", "Post what resolves now",
                           [this] { return exception_retry(session_, id_, word_, second_, flag_); });
    retry->add_option("--id", id_, "This one only");
    retry->add_option("--cause", word_, "All of this cause");
    retry->add_option("--subject", second_, "All of this subject");
    retry->add_flag("--dry-run", flag_, "Only tell what would happen");
    CLI::App* ignore =
        leaf(exception, "ignore", "Close one for good", [this] { return exception_ignore(session_, id_, word_); });
    ignore->add_option("ID", id_, "Its id")->required();
    ignore->add_option("--reason", word_, "Why; stands in the audit trail")->required();
}

void CommandLine::add_directory() {
    leaf(group("directory", "Parties, persons, products, aliases"), "import", "CSV files, each all rows or none",
         [this] { return directory_import(session_, files_); })
        ->add_option("FILE", files_, "CSV with a header row")
        ->required();
    leaf(group("party", "A party"), "show", "As it is today, with its wallets",
         [this] { return party_show(session_, word_); })
        ->add_option("CODE", word_, "Its code")
        ->required();
}

void CommandLine::add_programs() {
    CLI::App* award = listing(leaf(group("award", "Awards"), "list", "Of one party, the newest first",
                                   [this] { return award_list(session_, listing_, word_); }));
    award->add_option("--recipient,-r", word_, "Party code")->required();
    award->add_flag("--oldest", listing_.is_oldest_first, "The oldest first");
    CLI::App* why = leaf(&app_, "explain", "Why a line earned what it earned, and why not more",
                         [this] { return explain(session_, word_, language_); });
    why->add_option("LINE", word_, "<interchange>-<line>, such as 12-7")->required();
    why->add_option("--language,-l", language_, "en or de")->capture_default_str();
    CLI::App* budget = group("budget", "Budgets of incentives");
    leaf(budget, "list", "What each can still give", [this] { return budget_list(session_); });
    CLI::App* fund = leaf(budget, "fund", "Put money in; awards that wait are tried in order",
                          [this] { return budget_fund(session_, word_, format_, third_); });
    fund->add_option("BUDGET", word_, "<program>/<incentive>")->required();
    fund->add_option("AMOUNT", format_, "In the budget's unit: 500, 1200.50")->required();
    fund->add_option("--key", third_, "The same key again changes nothing");
    leaf(group("program", "Programs"), "list", "Those that run", [this] { return program_list(session_); });
}

void CommandLine::add_payouts() {
    CLI::App* ask =
        leaf(&app_, "redeem", "Turn a wallet's balance into a reward", [this] { return redeem(session_, redeem_); });
    ask->add_option("--recipient,-r", redeem_.recipient, "Party code")->required();
    ask->add_option("--connector,-c", redeem_.connector, "How, see connector list")->required();
    ask->add_option("--amount,-a", redeem_.amount, "In the wallet's unit")->required();
    ask->add_option("--product", redeem_.product, "Catalogue id");
    ask->add_option("--key", redeem_.key, "The same key again pays once");
    CLI::App* payout = group("payout", "Payouts");
    listing(
        leaf(payout, "list", "In the order they were asked for", [this] { return payout_list(session_, listing_); }),
        "reserved, sending, pending, unknown, settled, refused or operator");
    const auto one = [this](CLI::App* app) {
        app->add_option("ID", word_, "P17")->required();
        return app;
    };
    one(leaf(payout, "show", "One with its time line", [this] { return payout_show(session_, word_); }));
    one(leaf(payout, "lookup", "Ask the provider soon what became of it",
             [this] { return payout_look_up(session_, word_); }));
    one(leaf(payout, "reveal", "The link or code itself, once", [this] {
        return payout_reveal(session_, word_, flag_);
    }))->add_flag("--again", flag_, "Although it was shown before");
    CLI::App* resolve = one(leaf(payout, "resolve", "Decide what nobody else can",
                                 [this] { return payout_resolve(session_, word_, format_, third_); }));
    resolve->add_option("--outcome", format_, "settled, refused or send_again")
        ->required()
        ->check(CLI::IsMember({"settled", "refused", "send_again"}));
    resolve->add_option("--evidence", third_, "How you know; stands in the audit trail")->required();
}

void CommandLine::add_ledger() {
    const auto balances = [this](CLI::App* app) {
        listing(app)->add_option("PREFIX", word_, "Only accounts that begin so: wallet/, budget/spring/");
    };
    const auto statement = [this](CLI::App* app) {
        listing(app)->add_option("CODE", word_, "The account")->required();
    };
    CLI::App* account = group("account", "Accounts of the ledger");
    balances(leaf(account, "list", "Balances", [this] { return account_list(session_, listing_, word_); }));
    statement(leaf(account, "statement", "Transfers of one account",
                   [this] { return account_statement(session_, listing_, word_); }));
    CLI::App* ledger = group("ledger", "The books as a whole");
    balances(
        leaf(ledger, "balances", "Balances of accounts", [this] { return account_list(session_, listing_, word_); }));
    statement(leaf(ledger, "statement", "Transfers of one account",
                   [this] { return account_statement(session_, listing_, word_); }));
    leaf(ledger, "verify", "Recompute every balance and the hash chain", [this] {
        return ledger_verify(session_, word_);
    })->add_option("--head", word_, "A file with a head kept elsewhere");
    leaf(ledger, "head", "The head of the chain; keep it elsewhere", [this] { return ledger_head(session_); });
    CLI::App* journal = leaf(ledger, "export", "The journal of posted transfers",
                             [this] { return ledger_export(session_, format_.empty() ? "hledger" : format_, word_); });
    journal->add_option("--format", format_, "hledger, beancount or csv")
        ->check(CLI::IsMember({"hledger", "beancount", "csv"}));
    journal->add_option("--to", word_, "A new file on the daemon's machine, for journals of any size");
}

void CommandLine::add_connectors() {
    CLI::App* connector = group("connector", "Connectors");
    leaf(connector, "list", "Those that the daemon runs", [this] { return connector_list(session_); });
    const auto with_file = [this](CLI::App* app) {
        app->add_option("FILE", trial_.file, "The library, .so")->required();
        app->add_option("--isolation", trial_.isolation, "process or none")
            ->check(CLI::IsMember({"process", "none"}))
            ->capture_default_str();
        app->add_option("--worker", trial_.worker, "tributary-worker, when it is not beside this program");
        return app;
    };
    with_file(leaf(connector, "describe", "What a library is and which options it has; needs no daemon",
                   [this] { return connector_describe(session_, trial_); }));
    CLI::App* test = with_file(leaf(connector, "test", "Whether a library keeps the rules; needs no daemon",
                                    [this] { return connector_test(session_, trial_); }));
    test->add_option("--option,-o", trial_.options, "name=value, of the connector");
    test->add_option("--secret", trial_.secrets, "name=FILE");
    test->add_option("--profile", trial_.profile, "name=value, of the partner profile");
    test->add_option("--sample", trial_.sample, "A good file to read, for feed connectors");
}

}  // namespace
}  // namespace tributary::ctl

int main(int count, char** words) {
    return tributary::ctl::CommandLine().run(count, words);
}
