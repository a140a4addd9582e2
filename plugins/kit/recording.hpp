// Helpers to drive a connector from a test or the conformance runner: a ByteSource over text that reads in given
// pieces, a RecordSink that keeps owned copies, and wait_for() to turn a Completion into a plain return.
// Single-threaded.
#pragma once
#include <future>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "plugins/host/connector.hpp"

namespace tributary::kit {

class TextSource final : public host::ByteSource {
public:
    // pieces: how many bytes each read gives; the last one repeats. Empty: as many as asked for.
    explicit TextSource(std::string_view text, std::vector<size_t> pieces = {})
        : text_(text), pieces_(std::move(pieces)) {}
    Result<size_t> read(char* buffer, size_t size) override;

private:
    std::string_view text_;
    std::vector<size_t> pieces_;
    size_t next_piece_ = 0;
};

using Record = std::variant<host::Interchange, host::Group, host::Set, host::Report, host::Event, host::Diagnostic>;

class RecordingSink final : public host::RecordSink {
public:
    Result<void> interchange(const tributary_interchange& record) override { return keep(host::own(record)); }
    Result<void> group(const tributary_group& record) override { return keep(host::own(record)); }
    Result<void> set(const tributary_set& record) override { return keep(host::own(record)); }
    Result<void> report(const tributary_report& record) override { return keep(host::own(record)); }
    Result<void> event(const tributary_event& record) override { return keep(host::own(record)); }
    Result<void> diagnostic(const tributary_diagnostic& record) override { return keep(host::own(record)); }

    std::vector<Record> records;

    template <class T>
    std::vector<T> all() const {
        std::vector<T> found;
        for (const Record& record : records) {
            if (const T* one = std::get_if<T>(&record)) found.push_back(*one);
        }
        return found;
    }

private:
    Result<void> keep(Record record) {
        records.push_back(std::move(record));
        return {};
    }
};

// Calls start with a completion and waits for it.
template <class T, class Start>
Result<T> wait_for(Start&& start) {
    auto promise = std::make_shared<std::promise<Result<T>>>();
    std::future<Result<T>> answer = promise->get_future();
    start([promise](Result<T> result) { promise->set_value(std::move(result)); });
    return answer.get();
}

}  // namespace tributary::kit
