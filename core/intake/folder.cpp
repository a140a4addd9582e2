#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/encoding.hpp"
#include "core/base/file.hpp"
#include "core/base/log.hpp"
#include "core/intake/intake.hpp"

namespace tributary::intake {
namespace {

constexpr int scan_interval_ms = 2'000;
constexpr size_t names_a_scan_max = 10'000;

bool is_temporary(const std::string& name) {
    if (name.empty() || name.front() == '.') return true;
    for (const char* ending : {".tmp", ".part", ".partial", ".filepart", ".swp", ".crdownload", "~"})
        if (name.ends_with(ending)) return true;
    return false;
}

const char* place_of(const std::string& state) {
    return state == "rejected" ? "rejected" : state == "duplicate" ? "duplicate" : "accepted";
}

class FolderWatcherImpl final : public FolderWatcher {
public:
    FolderWatcherImpl(FolderOptions options, Intake& intake, flow::Flow& flow, Clock& clock, Random& random)
        : options_(std::move(options)), intake_(intake), flow_(flow), clock_(clock), random_(random) {}

    ~FolderWatcherImpl() override {
        stop_ = true;
        changed_.notify_all();
        const uint64_t one = 1;
        [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
        if (thread_.joinable()) thread_.join();
    }

    Result<void> start() {
        for (const char* place : {"", "accepted", "rejected", "duplicate"})
            TRIBUTARY_CHECK(make_directories(*place == '\0' ? options_.path : options_.path + "/" + place));
        wake_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        inotify_ = FileDescriptor(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
        if (!inotify_ || !wake_ ||
            ::inotify_add_watch(inotify_.get(), options_.path.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) < 0)
            return fail(ErrorCode::io, fmt::format("cannot watch {}: {}", options_.path, system_message(errno)));
        thread_ = std::thread([this] { run(); });
        return {};
    }

private:
    void run() {
        std::set<std::string> complete;  // told by inotify: closed or moved in
        while (!stop_) {
            for (const std::string& name : candidates(complete)) {
                if (stop_) return;
                take(name);
            }
            complete.clear();
            wait(complete);
        }
    }

    void wait(std::set<std::string>& complete) {
        pollfd fds[] = {{inotify_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
        if (::poll(fds, 2, scan_interval_ms) <= 0) return;
        alignas(inotify_event) char buffer[16384];
        for (ssize_t count = 0; (count = ::read(inotify_.get(), buffer, sizeof buffer)) > 0;)
            for (char* at = buffer; at < buffer + count;) {
                const auto* event = reinterpret_cast<const inotify_event*>(at);
                if (event->len > 0) complete.insert(event->name);
                at += sizeof(inotify_event) + event->len;
            }
    }

    // In order of name: senders number their files.
    std::vector<std::string> candidates(const std::set<std::string>& complete) {
        std::vector<std::string> names;
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator(options_.path, error)) {
            const std::string name = entry.path().filename().string();
            struct stat info {};
            if (is_temporary(name) || given_up_.count(name) != 0 || ::lstat(entry.path().c_str(), &info) != 0 ||
                !S_ISREG(info.st_mode))
                continue;
            const int64_t age_ms =
                clock_.now_ms() - static_cast<int64_t>(info.st_mtim.tv_sec) * 1000 - info.st_mtim.tv_nsec / 1'000'000;
            if (complete.count(name) != 0 || age_ms >= options_.settle_ms || age_ms < 0) names.push_back(name);
            if (names.size() >= names_a_scan_max) break;
        }
        std::sort(names.begin(), names.end());
        return names;
    }

    void take(const std::string& name) {
        const std::string path = options_.path + "/" + name;
        auto arrival = copy_to_spool(path, name);
        if (!arrival) return give_up(name, arrival.error());
        auto accepted = accept(std::move(*arrival));
        if (!accepted) return give_up(name, accepted.error());
        auto outcome = wait_for(accepted->seq);
        if (!outcome) {
            if (!stop_) give_up(name, outcome.error());
            return;
        }
        const auto moved = put_away(path, name, *outcome);
        if (!moved) give_up(name, moved.error());
    }

    // What passes by itself (full spool, full disk) is tried again at the next scan; the rest waits for a person.
    void give_up(const std::string& name, const Error& error) {
        log_warning("file in drop folder not taken",
                    {{"feed", options_.feed}, {"file", name}, {"error", error.message}});
        if (error.code != ErrorCode::unavailable && error.code != ErrorCode::not_found) given_up_.insert(name);
    }

    Result<Arrival> copy_to_spool(const std::string& path, const std::string& name) {
        TRIBUTARY_TRY(const FileDescriptor from, open_for_read(path));
        struct stat info {};
        if (::fstat(from.get(), &info) != 0) return fail(ErrorCode::io, fmt::format("cannot stat {}", path));
        if (static_cast<uint64_t>(info.st_size) > options_.size_max)
            return fail(ErrorCode::too_large,
                        fmt::format("{} has {} bytes, this feed takes {}", name, info.st_size, options_.size_max));
        Arrival arrival;
        arrival.feed = options_.feed;
        arrival.transport = "folder";
        arrival.transport_id = fmt::format("folder:{}:{}:{}.{:09}:{}", name, info.st_ino, info.st_mtim.tv_sec,
                                           info.st_mtim.tv_nsec, info.st_size);
        arrival.file_name = name;
        arrival.trace_id = hex_encode(random_.bytes(16));
        arrival.body.path = fmt::format("{}/{}", intake_.upload_directory(), hex_encode(random_.bytes(16)));
        const auto copied = copy(from.get(), arrival.body);
        if (copied) return arrival;
        ::unlink(arrival.body.path.c_str());
        return copied.error();
    }

    Result<void> copy(int from, net::BodyFile& body) {
        const FileDescriptor to(::open(body.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
        if (!to)
            return fail(ErrorCode::unavailable, fmt::format("cannot create {}: {}", body.path, system_message(errno)));
        Hasher hasher;
        std::string buffer(256 << 10, '\0');
        for (;;) {
            const ssize_t count = ::read(from, buffer.data(), buffer.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return fail(ErrorCode::io, fmt::format("cannot read: {}", system_message(errno)));
            if (count == 0) break;
            const std::string_view bytes(buffer.data(), static_cast<size_t>(count));
            hasher.update(bytes);
            body.size += bytes.size();
            if (const auto written = write_all(to.get(), bytes); !written)
                return fail(ErrorCode::unavailable, written.error().message);
        }
        body.sha256 = hasher.finish();
        TRIBUTARY_CHECK(sync_file(to.get()));
        return sync_directory(directory_of(body.path));
    }

    Result<Accepted> accept(Arrival arrival) {
        struct Answer {
            std::mutex mutex;
            std::condition_variable changed;
            std::optional<Result<Accepted>> value;
        };
        auto answer = std::make_shared<Answer>();
        intake_.accept(std::move(arrival), [answer](Result<Accepted> accepted) {
            const std::lock_guard lock(answer->mutex);
            answer->value = std::move(accepted);
            answer->changed.notify_all();
        });
        std::unique_lock lock(answer->mutex);
        answer->changed.wait(lock, [&] { return answer->value.has_value(); });
        return *answer->value;
    }

    // Until everything is posted, or the watcher stops: then the file stays and is finished after the restart.
    Result<flow::Outcome> wait_for(InterchangeSeq seq) {
        auto answer = std::make_shared<std::optional<Result<flow::Outcome>>>();
        flow_.when_done(seq, [this, answer, alive = alive_](Result<flow::Outcome> outcome) {
            const std::lock_guard lock(alive->mutex);
            if (!alive->is_alive) return;
            *answer = std::move(outcome);
            changed_.notify_all();
        });
        std::unique_lock lock(alive_->mutex);
        while (!stop_ && !answer->has_value()) changed_.wait_for(lock, std::chrono::milliseconds(200));
        if (!answer->has_value()) {
            alive_->is_alive = false;
            return fail(ErrorCode::unavailable, "the daemon is stopping");
        }
        return **answer;
    }

    Result<void> put_away(const std::string& path, const std::string& name, const flow::Outcome& outcome) {
        const std::string place = options_.path + "/" + place_of(outcome.state);
        std::string free_name = name;
        struct stat info {};
        for (int number = 2; ::lstat((place + "/" + free_name).c_str(), &info) == 0; ++number)
            free_name = fmt::format("{}.{}", name, number);
        TRIBUTARY_CHECK(
            write_file_durably(place + "/" + free_name + ".report.json", to_pretty_text(outcome.summary) + "\n"));
        if (!outcome.ack.empty()) {
            const std::string answers = options_.answer_folder.empty() ? place : options_.answer_folder;
            TRIBUTARY_CHECK(make_directories(answers));
            TRIBUTARY_CHECK(write_file_durably(answers + "/" + free_name + ".ack", outcome.ack));
        }
        return rename_durably(path, place + "/" + free_name);
    }

    // Outlives the watcher in callbacks that come late.
    struct Alive {
        std::mutex mutex;
        bool is_alive = true;
    };

    const FolderOptions options_;
    Intake& intake_;
    flow::Flow& flow_;
    Clock& clock_;
    Random& random_;
    FileDescriptor inotify_, wake_;
    std::atomic<bool> stop_{false};
    std::shared_ptr<Alive> alive_ = std::make_shared<Alive>();
    std::condition_variable changed_;
    std::set<std::string> given_up_;
    std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<FolderWatcher>> FolderWatcher::start(FolderOptions options, Intake& intake, flow::Flow& flow,
                                                            Clock& clock, Random& random) {
    auto watcher = std::make_unique<FolderWatcherImpl>(std::move(options), intake, flow, clock, random);
    TRIBUTARY_CHECK(watcher->start());
    return std::unique_ptr<FolderWatcher>(std::move(watcher));
}

}  // namespace tributary::intake
