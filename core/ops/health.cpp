#include "core/ops/health.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "core/base/file.hpp"

namespace tributary::ops {

void Health::add(std::string name, bool is_vital, std::function<std::string()> check) {
    const std::lock_guard lock(mutex_);
    checks_.push_back({std::move(name), is_vital, std::move(check)});
}

std::vector<Finding> Health::findings() const {
    std::vector<Check> checks;
    {
        const std::lock_guard lock(mutex_);
        checks = checks_;
    }
    std::vector<Finding> out;
    for (const Check& check : checks) out.push_back({check.name, check.run(), check.is_vital});
    return out;
}

bool Health::is_healthy(const std::vector<Finding>& findings) {
    return std::none_of(findings.begin(), findings.end(),
                        [](const Finding& f) { return f.is_vital && !f.problem.empty(); });
}

bool Health::is_ready(const std::vector<Finding>& findings) {
    return std::all_of(findings.begin(), findings.end(), [](const Finding& f) { return f.problem.empty(); });
}

json::object Health::to_json(const std::vector<Finding>& findings) {
    json::object checks;
    for (const Finding& finding : findings) checks[finding.name] = finding.problem.empty() ? "ok" : finding.problem;
    return {{"healthy", is_healthy(findings)}, {"ready", is_ready(findings)}, {"checks", std::move(checks)}};
}

uint64_t disk_free(const std::string& path) {
    struct statvfs status {};
    if (::statvfs(path.c_str(), &status) != 0) return 0;
    return uint64_t{status.f_bavail} * status.f_frsize;
}

std::string disk_problem(const std::string& path, uint64_t size_min) {
    struct statvfs status {};
    if (::statvfs(path.c_str(), &status) != 0)
        return fmt::format("{} cannot be examined: {}", path, system_message(errno));
    const uint64_t free = uint64_t{status.f_bavail} * status.f_frsize;
    if (free >= size_min) return {};
    return fmt::format("{} MiB free at {}, {} are needed; make room", free >> 20, path, size_min >> 20);
}

}  // namespace tributary::ops
