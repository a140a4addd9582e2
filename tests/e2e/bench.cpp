#include "tests/e2e/bench.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.hpp"

namespace tributary::e2e {
namespace {

const std::string bin = std::string(TRIBUTARY_BUILD_DIR) + "/bin/";
constexpr const char* lithic_account = "7d3f6d3c-1f1e-4c57-9e0a-5d1a2b3c4d5e";

void write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
    ::chmod(path.c_str(), 0600);
}

Answer answer_of(const net::Outcome& outcome) {
    Answer answer;
    answer.status = outcome.delivery == net::Delivery::answered ? outcome.response.status : 0;
    answer.body = outcome.delivery == net::Delivery::answered ? outcome.response.body : outcome.message;
    for (const net::Header& header : outcome.response.headers)
        if (header.name == "location") answer.location = header.value;
    if (auto parsed = parse_json(answer.body, 64 << 20)) answer.json = std::move(*parsed);
    return answer;
}

net::OutgoingRequest request_of(const char* method, const std::string& url, const std::string& body) {
    net::OutgoingRequest request;
    request.method = method;
    request.url = url;
    request.body = body;
    request.timeout_ms = 90'000;
    request.response_size_max = 64 << 20;
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    return request;
}

}  // namespace

generator::Options small_world(uint64_t lines, uint32_t control_number) {
    generator::Options options;
    options.lines = lines;
    options.resellers = 3, options.reps = 6, options.products = 8, options.families = 2;
    options.unknown_products = 0, options.unknown_reps = 0;
    options.date = 20261101;
    options.control_number = control_number;
    return options;
}

std::string make_867(const generator::Options& options) {
    std::string out;
    generator::write_867(options, generator::make_world(options), [&](std::string_view bytes) { out += bytes; });
    return out;
}

Bench::Bench() {
    char pattern[] = "/tmp/tributary-e2e-XXXXXX";
    directory = ::mkdtemp(pattern);
    for (const char* folder : {"etc/feeds.d", "etc/connectors.d", "etc/programs.d", "credentials", "data", "mails"})
        std::filesystem::create_directories(directory + "/" + folder);
    ca_file_ = directory + "/cert.pem";
    const std::string make_certificate = fmt::format(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout {0}/key.pem -out {0}/cert.pem 2>/dev/null",
        directory);
    if (std::system(make_certificate.c_str()) != 0) std::abort();
    sim_ = Spawn("tributary-sim",
                 {"--ports-file", directory + "/sim.json", "--mail-folder", directory + "/mails", "--tremendous-key",
                  "e2e-tremendous", "--tremendous-webhook-key", "e2e-webhook", "--lithic-key", "e2e-lithic",
                  "--lithic-webhook-secret", "whsec_ZTJlLWxpdGhpYy13ZWJob29r", "--lithic-account", lithic_account,
                  "--delivery-delay-ms", "50", "--settle-delay-ms", "50"},
                 "sim.log");
    Eventually([&] { return std::filesystem::exists(directory + "/sim.json"); });
    const auto ports = parse_json(read_file(directory + "/sim.json", 4096).value());
    sim_port_ = int_or(ports->as_object(), "port");
    smtp_port_ = int_or(ports->as_object(), "smtp_port");
    WriteConfig();
}

Bench::~Bench() {
    for (const pid_t pid : {daemon_, sim_})
        if (pid > 0) ::kill(pid, SIGKILL), ::waitpid(pid, nullptr, 0);
    std::filesystem::remove_all(directory);
}

void Bench::WriteConfig() {
    const std::pair<const char*, const char*> secrets[] = {{"feed_token", feed_token},
                                                           {"other_token", "e2e-other-token-0123456789abcdef"},
                                                           {"tremendous_api_key", "e2e-tremendous"},
                                                           {"tremendous_webhook_key", "e2e-webhook"},
                                                           {"lithic_api_key", "e2e-lithic"},
                                                           {"lithic_webhook_secret", "whsec_ZTJlLWxpdGhpYy13ZWJob29r"}};
    for (const auto& [name, value] : secrets) write(fmt::format("{}/credentials/{}", directory, name), value);
    const std::string etc = directory + "/etc/";
    write(etc + "tributary.toml",
          fmt::format("[daemon]\ndata_directory = \"{0}/data\"\nconnector_directory = "
                      "\"{1}/lib/connectors\"\ncredentials_directory = \"{0}/credentials\"\n"
                      "[api]\nsocket = \"{0}/control.sock\"\n[http]\nport = 0\ncertificate = \"{0}/cert.pem\"\nkey = "
                      "\"{0}/key.pem\"\n"
                      "public_url = \"https://localhost\"\n[metrics]\nport = 0\n[notice]\nconnector = \"mail\"\n",
                      directory, TRIBUTARY_BUILD_DIR));
    for (const char* feed : {"orbit", "other"})
        write(fmt::format("{}feeds.d/{}.toml", etc, feed),
              fmt::format("[feed]\nname = \"{0}\"\nconnector = \"x12\"\nlive = true\ntokens = [\"cred:{1}_token\"]\n",
                          feed, std::string(feed) == "orbit" ? "feed" : "other"));
    write(etc + "connectors.d/x12.toml", "[connector]\nname = \"x12\"\nlibrary = \"feed_x12.so\"\n");
    const auto payout = [&](const char* name, const char* library, const std::string& options,
                            const char* secrets_text) {
        write(fmt::format("{}connectors.d/{}.toml", etc, name),
              fmt::format("[connector]\nname = \"{}\"\nlibrary = \"{}\"\n[options]\n{}[secrets]\n{}[payout]\ntitle = "
                          "\"Reward\"\nunit = \"points\"\ncurrency = \"USD\"\n"
                          "rate = {{ money = \"1.00\", per = 100 }}\nmin = 100\nlookup_first_s = 1\n",
                          name, library, options, secrets_text));
    };
    payout(
        "giftcard", "giftcard_tremendous.so",
        fmt::format("base_url = \"http://127.0.0.1:{}/tremendous/api/v2\"\ncampaign_id = \"CAMPAIGN1\"\n", sim_port_),
        "api_key = \"cred:tremendous_api_key\"\nwebhook_key = \"cred:tremendous_webhook_key\"\n");
    payout("prepaid", "card_lithic.so",
           fmt::format("base_url = \"http://127.0.0.1:{}/lithic\"\nfinancial_account_token = "
                       "\"{}\"\nbook_transfer_subtype = \"INCENTIVE\"\n",
                       sim_port_, lithic_account),
           "api_key = \"cred:lithic_api_key\"\nwebhook_secret = \"cred:lithic_webhook_secret\"\n");
    write(etc + "connectors.d/mail.toml",
          fmt::format("[connector]\nname = \"mail\"\nlibrary = \"mail_smtp.so\"\n[options]\nserver_url = "
                      "\"smtp://127.0.0.1:{}\"\nfrom_address = \"r@orbit.example\"\nfrom_name = \"R\"\nrequires_tls = "
                      "\"false\"\n",
                      smtp_port_));
    write(etc + "programs.d/p.toml",
          "[program]\nid = \"p\"\ntitle = \"P\"\nunit = \"points\"\ntime_zone = \"Europe/Berlin\"\n"
          "[[incentive]]\ncode = \"spiff\"\ntitle = \"Every unit\"\nkind = \"per_unit\"\nto = \"rep\"\namount = 100\n"
          "[[incentive]]\ncode = \"share\"\ntitle = \"Share\"\nkind = \"share\"\nto = \"distributor\"\npercent = "
          "25\nof = [\"spiff\"]\n");
}

pid_t Bench::Spawn(const std::string& program, const std::vector<std::string>& arguments, const std::string& log) {
    std::vector<std::string> all = {bin + program};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const std::string log_path = directory + "/" + log;
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    const int fd = ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(fd, 1);
    ::dup2(fd, 2);
    std::vector<char*> argv;
    for (std::string& argument : all) argv.push_back(argument.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
}

void Bench::Start() {
    std::filesystem::remove(directory + "/data/endpoints.json");
    daemon_ = Spawn("tributaryd", {"--config", directory + "/etc/tributary.toml"}, "daemon.log");
    const bool is_up = Eventually(
        [&] { return std::filesystem::exists(directory + "/data/endpoints.json") && Get("/v1/status").status == 200; });
    if (!is_up) std::fputs(read_file(directory + "/daemon.log", 1 << 20).value().c_str(), stderr);
    const auto text = read_file(directory + "/data/endpoints.json", 65536);
    const auto endpoints = text ? parse_json(*text) : Result<json::value>(text.error());
    if (endpoints) https_port_ = int_or(endpoints->at("http").as_object(), "port");
}

void Bench::Kill() {
    ::kill(daemon_, SIGKILL);
    ::waitpid(daemon_, nullptr, 0);
    daemon_ = 0;
}

int Bench::Stop() {
    ::kill(daemon_, SIGTERM);
    int status = 0;
    ::waitpid(daemon_, &status, 0);
    daemon_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

Answer Bench::Get(const std::string& path) {
    return answer_of(net::exchange(request_of("GET", "http://localhost" + path, ""), directory + "/control.sock"));
}

Answer Bench::Post(const std::string& path, const std::string& body, const std::string& key) {
    auto request = request_of("POST", "http://localhost" + path, body);
    if (!key.empty()) request.headers.push_back({"Idempotency-Key", key});
    return answer_of(net::exchange(request, directory + "/control.sock"));
}

Answer Bench::Upload(const std::string& path, const std::string& bytes, const std::string& token,
                     const std::string& key) {
    auto request = request_of("POST", fmt::format("https://localhost:{}{}", https_port_, path), bytes);
    request.headers = {{"Content-Type", "application/edi-x12"}, {"Authorization", "Bearer " + token}};
    if (!key.empty()) request.headers.push_back({"Idempotency-Key", key});
    return answer_of(net::exchange(request, {}, ca_file_));
}

void Bench::Fault(const std::string& list) {
    (void)net::exchange(request_of("POST", fmt::format("http://127.0.0.1:{}/_sim/faults", sim_port_), list));
}

json::value Bench::Sim(const std::string& path) {
    return answer_of(net::exchange(request_of("GET", fmt::format("http://127.0.0.1:{}{}", sim_port_, path), ""))).json;
}

std::string Bench::Ctl(const std::vector<std::string>& arguments, int* exit_code) {
    std::string command = fmt::format("{}tributaryctl --socket {}/control.sock", bin, directory);
    for (const std::string& argument : arguments) command += " '" + argument + "'";
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    std::string out;
    char buffer[4096];
    for (size_t count = 0; (count = ::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, count);
    const int status = ::pclose(pipe);
    if (exit_code != nullptr) *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return out;
}

bool Bench::Eventually(const std::function<bool()>& holds, int seconds) {
    for (int i = 0; i < seconds * 20; ++i) {
        if (holds()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
}

void Bench::ImportWorld(const generator::World& world) {
    for (const std::string& csv : {parties_csv(world), persons_csv(world), products_csv(world), aliases_csv(world)}) {
        auto request = request_of("POST", "http://localhost/v1/directory/import", csv);
        request.headers = {{"Content-Type", "text/csv"}};
        const Answer answer = answer_of(net::exchange(request, directory + "/control.sock"));
        if (answer.status != 200) std::fprintf(stderr, "import: %d %s\n", answer.status, answer.body.c_str());
    }
}

void Bench::FundAll() {
    Ctl({"budget", "fund", "p/spiff", "1000000", "--key", "fund-spiff"});
    Ctl({"budget", "fund", "p/share", "1000000", "--key", "fund-share"});
}

std::string Bench::RichRep(int64_t points) {
    const Answer accounts = Get("/v1/accounts?prefix=wallet/P-&limit=1000");
    std::string found;
    const json::value* rows = &accounts.json;
    if (rows->is_object())
        for (const auto& member : rows->get_object())
            if (member.value().is_array()) rows = &member.value();
    if (!rows->is_array()) return found;
    for (const json::value& row : rows->get_array()) {
        const std::string account = text_or(row.as_object(), "account");
        if (row.at("balance").at("minor").to_number<int64_t>() >= points)
            found = account.substr(7, account.rfind('/') - 7);
    }
    return found;
}

}  // namespace tributary::e2e
