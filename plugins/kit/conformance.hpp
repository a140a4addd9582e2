// The conformance runner: drives one connector through the host as the daemon would, with good, hostile and repeated
// input, and lists what held. tributaryctl connector test prints it; connector authors run it in CI.
// Single-threaded; with isolation = none a crash of the connector is a crash of the runner.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "plugins/host/connector.hpp"

namespace tributary::kit {

struct Subject {
    std::string path;
    host::Isolation isolation = host::Isolation::process;
    std::string worker_path;
    std::map<std::string, std::string> options;
    std::map<std::string, Secret> secrets;  // those that are missing get a made-up value
    host::Profile profile;                  // feed: the partner profile for the sample
    std::string sample;                     // feed: a good file; empty = only hostile input is tried
    host::PayoutJob job;                    // payout: empty payout_id = a made-up job
};

struct Finding {
    std::string name;  // a sentence: "5xx answers are never done or refused"
    bool passed = false;
    std::string detail;  // what broke it; empty when passed
};

std::vector<Finding> run_conformance(const Subject& subject);
bool has_passed(const std::vector<Finding>& findings);

}  // namespace tributary::kit
