// What the parts of the conformance runner share. Internal to plugins/kit.
#pragma once
#include <functional>

#include <fmt/format.h>

#include "plugins/kit/conformance.hpp"
#include "plugins/kit/recording.hpp"

namespace tributary::kit {

// One finding under way. The first complaints are kept, the rest counted.
class Check {
public:
    template <class... Arguments>
    void complain(fmt::format_string<Arguments...> sentence, Arguments&&... arguments) {
        if (++count_ > complaints_told_max) return;
        detail_ += (count_ == 1 ? "" : "; ") + fmt::format(sentence, std::forward<Arguments>(arguments)...);
    }
    std::string detail() const {
        if (count_ <= complaints_told_max) return detail_;
        return fmt::format("{}; and {} more", detail_, count_ - complaints_told_max);
    }

private:
    static constexpr size_t complaints_told_max = 5;
    size_t count_ = 0;
    std::string detail_;
};

class Runner {
public:
    Runner(const Subject& subject, std::vector<Finding>& findings) : subject_(subject), findings_(findings) {}

    void check(std::string name, const std::function<void(Check&)>& body) {
        Check check;
        body(check);
        findings_.push_back({std::move(name), check.detail().empty(), check.detail()});
    }
    Result<std::shared_ptr<host::Connector>> open(const std::map<std::string, std::string>& more_options = {}) const;
    const Subject& subject() const { return subject_; }
    const host::Manifest& manifest() const { return manifest_; }
    bool inspect();  // false: the hand-shake failed, nothing else can run
    std::map<std::string, Secret> secrets() const;

private:
    const Subject& subject_;
    std::vector<Finding>& findings_;
    host::Manifest manifest_;
    bool has_optional_secrets_ = false;
};

// An answer of the outside world that nobody hopes for.
struct Answer {
    std::string name;  // "500 with garbage"
    host::HttpResponse response;
};
std::vector<Answer> every_answer();        // every HTTP class with every kind of body
std::vector<std::string> hostile_texts();  // empty, garbage, huge, deep, cut, not UTF-8

// May a connector answer so? Its refusals may; its faults (crash, time-out, broken contract) may not.
bool is_fault(const Error& error);

void check_library(Runner& runner);
void check_options(Runner& runner);
void check_payout(Runner& runner);
void check_notice(Runner& runner);
void check_source(Runner& runner);
void check_feed(Runner& runner);

}  // namespace tributary::kit
