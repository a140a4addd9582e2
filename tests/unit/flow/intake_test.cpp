#include "core/intake/intake.hpp"

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "core/base/file.hpp"
#include "tests/unit/flow/flow_fixture.hpp"

namespace tributary::test {
namespace {

const std::string good = "ISA 1\nREPORT RPT1 original 92:D\nSALE inv=I1 sku=L1 qty=1 reseller=R1\nEND\n";

// Watches with the system's clock, since the files have its time stamps.
class FolderTest : public ::testing::Test {
protected:
    void Watch() {
        intake::FolderOptions options;
        options.feed = "acme";
        options.path = world_.directory + "/drop";
        options.settle_ms = 50;
        options.size_max = 4096;
        auto watcher =
            intake::FolderWatcher::start(options, *world_.intake, *world_.flow, system_clock(), world_.random);
        ASSERT_TRUE(watcher) << watcher.error().message;
        watcher_ = std::move(*watcher);
    }
    void Drop(const std::string& name, const std::string& text) {
        std::filesystem::create_directories(world_.directory + "/drop");
        std::ofstream(world_.directory + "/drop/" + name) << text;
    }
    bool Appears(const std::string& name) {
        for (int i = 0; i < 600; ++i) {
            if (std::filesystem::exists(world_.directory + "/drop/" + name)) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return false;
    }
    FlowWorld world_;
    std::unique_ptr<intake::FolderWatcher> watcher_;
};

TEST_F(FolderTest, MovesFilesApartWithAReportBesideThem) {
    Watch();
    Drop("a.edi", good);
    EXPECT_TRUE(Appears("accepted/a.edi"));
    EXPECT_TRUE(Appears("accepted/a.edi.report.json"));
    Drop("b.edi", good);
    EXPECT_TRUE(Appears("duplicate/b.edi"));
    Drop("c.edi", "ISA 5 ack\n");
    EXPECT_TRUE(Appears("rejected/c.edi"));
    EXPECT_TRUE(Appears("rejected/c.edi.ack"));
    EXPECT_EQ(world_.Number("SELECT count(*) FROM event"), 1);
}

TEST_F(FolderTest, LeavesTemporaryNamesAlone) {
    Drop("x.tmp", good);
    Drop(".hidden", good);
    Drop("y.filepart", good);
    Watch();
    Drop("z.edi", good);
    EXPECT_TRUE(Appears("accepted/z.edi"));
    EXPECT_TRUE(Appears("x.tmp"));
    EXPECT_TRUE(Appears(".hidden"));
    EXPECT_TRUE(Appears("y.filepart"));
}

TEST_F(FolderTest, KeepsBothWhenANameIsTaken) {
    Watch();
    Drop("a.edi", good);
    ASSERT_TRUE(Appears("accepted/a.edi"));
    Drop("a.edi", "ISA 2\nREPORT RPT2 original 92:D\nSALE inv=I2 sku=L1 qty=1 reseller=R1\nEND\n");
    EXPECT_TRUE(Appears("accepted/a.edi.2"));
}

TEST_F(FolderTest, LeavesAFileThatIsTooLargeWhereItIs) {
    Watch();
    Drop("big.edi", std::string(4097, 'x'));
    Drop("a.edi", good);
    ASSERT_TRUE(Appears("accepted/a.edi"));
    EXPECT_TRUE(Appears("big.edi"));
}

Result<intake::Accepted> Accept(FlowWorld& world, const std::string& transport_id, const std::string& text) {
    intake::Arrival arrival;
    arrival.feed = "acme";
    arrival.transport = "https";
    arrival.transport_id = transport_id;
    arrival.body.path = world.directory + "/spool/body-" + std::to_string(world.random.below(1'000'000'000));
    arrival.body.size = text.size();
    arrival.body.sha256 = sha256(text);
    EXPECT_TRUE(write_file_durably(arrival.body.path, text));
    std::promise<Result<intake::Accepted>> done;
    world.intake->accept(std::move(arrival),
                         [&](Result<intake::Accepted> accepted) { done.set_value(std::move(accepted)); });
    return done.get_future().get();
}

TEST(Intake, TheSameTransportIdIsTheSameInterchange) {
    FlowWorld world;
    const auto first = Accept(world, "key-1", good);
    ASSERT_TRUE(first);
    const auto again = Accept(world, "key-1", good);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->is_repeat);
    EXPECT_EQ(again->seq, first->seq);
    EXPECT_EQ(Accept(world, "key-1", good + "\n").error().code, ErrorCode::conflict);
    EXPECT_EQ(world.Number("SELECT count(*) FROM interchange"), 1);
}

TEST(Intake, RefusesPastTheQuotaAndTakesUpToIt) {
    FlowWorld world;
    auto small =
        intake::Intake::create(*world.store, *world.flow, world.clock, world.directory + "/small", {100, 1000});
    ASSERT_TRUE(small);
    for (const auto& [size, fits] : {std::pair<size_t, bool>{100, true}, {1, false}}) {
        intake::Arrival arrival;
        arrival.feed = "acme";
        arrival.body.path = world.directory + "/small/" + std::to_string(size);
        arrival.body.size = size;
        ASSERT_TRUE(write_file_durably(arrival.body.path, std::string(size, 'x')));
        std::promise<bool> done;
        (*small)->accept(std::move(arrival),
                         [&](const Result<intake::Accepted>& accepted) { done.set_value(accepted.has_value()); });
        EXPECT_EQ(done.get_future().get(), fits) << size;
    }
    EXPECT_FALSE(std::filesystem::exists(world.directory + "/small/1")) << "what was refused leaves nothing behind";
}

TEST(Intake, SweepsWhatRetentionAllowsAndNothingElse) {
    FlowWorld world;
    world.Send(good);
    EXPECT_EQ(*world.intake->sweep(), 0u);
    world.clock.advance_ms(401LL * 86'400'000);
    EXPECT_EQ(*world.intake->sweep(), good.size());
    EXPECT_EQ(world.intake->spool_size(), 0u);
    EXPECT_EQ(world.Number("SELECT spool_deleted_at > 0 FROM interchange_state"), 1);
}

}  // namespace
}  // namespace tributary::test
