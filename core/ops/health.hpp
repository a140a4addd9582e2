// Health: a list of named checks, each a function that says what is wrong ("" = nothing). Healthy means that the
// process should not be restarted; ready means that it can take work. Checks are quick, from any thread.
#pragma once
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/json.hpp"

namespace tributary::ops {

struct Finding {
    std::string name;
    std::string problem;  // "" = fine
    bool is_vital = false;
};

class Health {
public:
    // vital: a failure means that only a new start can help.
    void add(std::string name, bool is_vital, std::function<std::string()> check);
    std::vector<Finding> findings() const;
    static bool is_healthy(const std::vector<Finding>& findings);
    static bool is_ready(const std::vector<Finding>& findings);
    static json::object to_json(const std::vector<Finding>& findings);

private:
    struct Check {
        std::string name;
        bool is_vital;
        std::function<std::string()> run;
    };
    mutable std::mutex mutex_;
    std::vector<Check> checks_;
};

// "" when the file system of path has at least size_min bytes free.
std::string disk_problem(const std::string& path, uint64_t size_min);
uint64_t disk_free(const std::string& path);  // 0 when it cannot be told

}  // namespace tributary::ops
