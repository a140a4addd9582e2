#include "tests/unit/flow/flow_fixture.hpp"

#include <filesystem>
#include <future>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "core/base/file.hpp"
#include "core/directory/directory.hpp"
#include "core/flow/awards.hpp"
#include "tests/unit/flow/fake_feed.hpp"

namespace tributary::test {

const char* const standard_program = R"(
[program]
id = "p"
title = "Test"
unit = "points"
time_zone = "Europe/Berlin"

[[incentive]]
code = "spiff"
title = "Laser"
kind = "per_unit"
to = "rep"
amount = 10
when = 'product.family == "laser"'

[[incentive]]
code = "share"
title = "Share"
kind = "share"
to = "distributor"
percent = 25
of = ["spiff"]
)";

FlowWorld::FlowWorld(const std::string& program) {
    char pattern[] = "/tmp/tributary-flow-XXXXXX";
    directory = ::mkdtemp(pattern);
    Open(program);
    Import(
        "id,kind,name,level,country\nD1,distributor,Acme,,US\nR1,reseller,Northwind,gold,US\nR2,reseller,Contoso,"
        "silver,DE\n");
    Import("id,name,email,company,role\nP1,Jo,jo@r1.example,R1,sales_rep\nP2,Al,al@r2.example,R2,sales_rep\n");
    Import("party,scheme,value\nD1,92,D\nR1,92,R1\nR2,92,R2\n");
    Import("sku,family,name\nL1,laser,Laser 1\nI1,ink,Ink 1\n");
}

FlowWorld::~FlowWorld() {
    Close();
    std::filesystem::remove_all(directory);
}

void FlowWorld::Open(const std::string& program) {
    auto opened = store::Store::open({directory + "/tributary.db"}, clock);
    EXPECT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
    ledger = store::Ledger::create(clock);
    store->add_participant(ledger);
    store->add_participant(store::make_chain(clock));
    SourceErrors errors;
    auto parsed = rules::parse_program(program, "p.toml", errors);
    for (const SourceError& error : errors) ADD_FAILURE() << to_text(error);
    flow::Settings settings;
    auto applied = flow::apply_programs(*store, *ledger, {*parsed}, clock, "test");
    EXPECT_TRUE(applied) << applied.error().message;
    settings.programs = *applied;
    settings.connectors["fake"] = make_fake_feed();
    flow::FeedProfile feed;
    feed.name = "acme";
    feed.connector = "fake";
    feed.is_live = is_live;
    settings.feeds["acme"] = feed;
    settings.notice_connector = "mail";
    flow = flow::Flow::create({*store, *ledger, clock, random, directory + "/spool", 1}, settings);
    auto made = intake::Intake::create(*store, *flow, clock, directory + "/spool", {});
    EXPECT_TRUE(made) << made.error().message;
    intake = std::move(*made);
    EXPECT_TRUE(flow->recover());
    flow->start();
}

void FlowWorld::Close() {
    flow.reset();
    intake.reset();
    store.reset();
}

void FlowWorld::Restart(const std::string& program) {
    Close();
    Open(program);
}

flow::Outcome FlowWorld::Send(const std::string& text, const std::string& transport_id) {
    intake::Arrival arrival;
    arrival.feed = "acme";
    arrival.transport = "https";
    arrival.transport_id = transport_id;
    arrival.file_name = fmt::format("file-{}", ++files_);
    arrival.body.path = fmt::format("{}/spool/{}-{}", directory, files_, hex_of(sha256(text)).substr(0, 8));
    arrival.body.size = text.size();
    arrival.body.sha256 = sha256(text);
    EXPECT_TRUE(write_file_durably(arrival.body.path, text));
    std::promise<Result<flow::Outcome>> done;
    intake->accept(std::move(arrival), [&](Result<intake::Accepted> accepted) {
        if (!accepted) return done.set_value(accepted.error());
        // The completion runs on the writer's thread, which must not wait: hand over.
        std::thread([&, seq = accepted->seq] {
            flow->when_done(seq, [&](Result<flow::Outcome> outcome) { done.set_value(std::move(outcome)); });
        }).detach();
    });
    auto outcome = done.get_future().get();
    if (outcome) return *outcome;
    flow::Outcome failed;
    failed.state = outcome.error().message;
    return failed;
}

void FlowWorld::Fund(const std::string& incentive, int64_t amount, const std::string& key) {
    const auto funded = flow::fund_budget(*store, *ledger, clock, "p", incentive, amount, key, "test");
    EXPECT_TRUE(funded) << funded.error().message;
}

int64_t FlowWorld::Balance(const std::string& account) {
    int64_t balance = 0;
    EXPECT_TRUE(store->read([&](store::Tx& tx) {
        for (const ledger::Account& found : store::accounts(tx, account))
            if (found.code == account) balance = found.balance();
    }));
    return balance;
}

int64_t FlowWorld::Number(const char* sql) {
    int64_t number = 0;
    EXPECT_TRUE(store->read([&](store::Tx& tx) { number = tx.one_integer(sql).value_or(0); }));
    return number;
}

std::string FlowWorld::Text(const char* sql) {
    std::string text;
    EXPECT_TRUE(store->read([&](store::Tx& tx) { text = tx.one_text(sql).value_or(""); }));
    return text;
}

std::string FlowWorld::Verify() {
    std::string broken;
    EXPECT_TRUE(store->read([&](store::Tx& tx) {
        const store::ChainReport chain = store::verify_chain(tx, nullptr);
        if (!chain.is_intact) broken = chain.broken;
        for (const std::string& finding : store::verify_ledger(tx).findings) broken += finding + "; ";
    }));
    return broken;
}

void FlowWorld::Import(const std::string& csv) {
    directory::ImportReport report;
    (void)store->write([&](store::Tx& tx) { report = directory::import_csv(tx, clock.now_ms(), csv, "x.csv"); });
    for (const SourceError& error : report.errors) ADD_FAILURE() << to_text(error);
}

}  // namespace tributary::test
