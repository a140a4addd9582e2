// The daemon's side of the protocol against a worker that lies: an Error each time, nothing worse.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "plugins/kit/recording.hpp"

namespace tributary::host {
namespace {

using kit::wait_for;
using testing::HasSubstr;

struct Lie {
    const char* name;
    const char* message_part;
};

class LyingWorker : public testing::TestWithParam<Lie> {
protected:
    LyingWorker() : folder_("/tmp/tributary-lie-XXXXXX") {
        EXPECT_NE(mkdtemp(folder_.data()), nullptr);
        file_ = folder_ + "/" + GetParam().name + ".so";
        std::ofstream(file_, std::ios::binary)
            << std::ifstream(std::string(CONNECTOR_DIR) + "/giftcard_null.so", std::ios::binary).rdbuf();
    }
    ~LyingWorker() override {
        unlink(file_.c_str());
        rmdir(folder_.c_str());
    }
    Result<std::shared_ptr<Connector>> open() {
        ConnectorConfig config;
        config.name = "liar", config.path = file_, config.worker_path = LYING_WORKER;
        config.limits.call_timeout_ms = 5000;
        return open_connector(std::move(config));
    }

private:
    std::string folder_, file_;
};

class LyingAtStart : public LyingWorker {};
TEST_P(LyingAtStart, IsRefused) {
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr(GetParam().message_part));
}
INSTANTIATE_TEST_SUITE_P(Protocol, LyingAtStart,
                         testing::Values(Lie{"garbage", "a frame of"}, Lie{"huge_frame", "a frame of 4294967295 bytes"},
                                         Lie{"half_header", "ended with code 0"}, Lie{"early_records", "out of place"},
                                         Lie{"cut_manifest", "unreadable manifest"},
                                         Lie{"evil_manifest", "id '../../etc'"}),
                         [](const auto& test) { return std::string(test.param.name); });

class LyingInCall : public LyingWorker {};
TEST_P(LyingInCall, FailsTheCall) {
    const auto opened = open();
    ASSERT_TRUE(opened) << opened.error().message;
    const auto request = wait_for<HttpRequest>([&](auto done) { (*opened)->as_payout()->build({}, done); });
    ASSERT_FALSE(request);
    EXPECT_THAT(request.error().message, HasSubstr(GetParam().message_part));
}
INSTANTIATE_TEST_SUITE_P(Protocol, LyingInCall,
                         testing::Values(Lie{"unknown_shape", "unreadable record"},
                                         Lie{"cut_record", "unreadable record"}, Lie{"short_done", "short done"},
                                         Lie{"two_manifests", "out of place"},
                                         Lie{"foreign_record", "payout_job where none belongs"},
                                         Lie{"endless_bytes", "bytes of output"}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace tributary::host
