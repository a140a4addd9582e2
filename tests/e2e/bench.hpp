// A test bench of real programs: tributary-sim and tributaryd on port 0 in a temporary directory, spoken to over HTTP.
// Verbs: Start, Kill, Stop, Get, Post, Upload, Eventually. Everything ends with the bench.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "core/base/json.hpp"
#include "core/net/client.hpp"
#include "tests/generator/generator.hpp"

namespace tributary::e2e {

inline constexpr const char* feed_token = "e2e-feed-token-0123456789abcdef";

struct Answer {
    int status = 0;
    std::string body, location;
    json::value json;  // null when the body is none
};

class Bench {
public:
    Bench();   // starts the simulators
    ~Bench();  // ends all
    Bench(const Bench&) = delete;

    void Start();  // the daemon, until it is ready
    void Kill();   // SIGKILL
    int Stop();    // SIGTERM; the exit code
    void ImportWorld(const generator::World& world);
    void FundAll();
    Answer Get(const std::string& path);
    Answer Post(const std::string& path, const std::string& body, const std::string& key = {});
    // Over TLS as a distributor does it.
    Answer Upload(const std::string& path, const std::string& bytes, const std::string& token = feed_token,
                  const std::string& key = {});
    void Fault(const std::string& list);  // JSON for POST /_sim/faults
    json::value Sim(const std::string& path);
    std::string Ctl(const std::vector<std::string>& arguments, int* exit_code = nullptr);
    static bool Eventually(const std::function<bool()>& holds, int seconds = 60);
    // Somebody with at least this many points; funds and sells until there is one.
    std::string RichRep(int64_t points);
    std::string directory;

private:
    pid_t Spawn(const std::string& program, const std::vector<std::string>& arguments, const std::string& log);
    void WriteConfig();
    std::string ca_file_;
    pid_t daemon_ = 0, sim_ = 0;
    int64_t sim_port_ = 0, smtp_port_ = 0, https_port_ = 0;
};

// Deterministic data: one distributor, 3 resellers, 6 reps, 8 products.
generator::Options small_world(uint64_t lines, uint32_t control_number);
std::string make_867(const generator::Options& options);

}  // namespace tributary::e2e
