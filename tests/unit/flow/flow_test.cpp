// The way of a sale, end to end inside one process: verdicts, idempotency at its levels, exceptions, reports.
#include <future>

#include <gtest/gtest.h>

#include "core/base/file.hpp"

#include "tests/unit/flow/flow_fixture.hpp"

namespace tributary::test {
namespace {

const std::string one_sale =
    "ISA 1\nREPORT RPT1 original 92:D\nSALE inv=I1 sku=L1 qty=3 reseller=R1 rep=jo@r1.example serials=A,B,C\nEND\n";

TEST(Flow, PostsASaleWithItsAwardsAndExplainsIt) {
    FlowWorld world;
    world.Fund("spiff", 1000, "f1");
    world.Fund("share", 1000, "f2");
    const flow::Outcome outcome = world.Send(one_sale);
    EXPECT_EQ(outcome.state, "done");
    EXPECT_EQ(outcome.ack, "") << "no groups: nothing to answer";
    EXPECT_EQ(world.Balance("wallet/P1/points"), 30);
    EXPECT_EQ(world.Balance("wallet/D1/points"), 8) << "25 % of 30, half even";
    EXPECT_EQ(world.Balance("budget/p/spiff"), 970);
    EXPECT_EQ(world.Number("SELECT count(*) FROM event WHERE explanation LIKE '%30%'"), 1);
    EXPECT_EQ(world.Number("SELECT count(*) FROM notice WHERE kind = 'award_summary'"), 1);
    EXPECT_EQ(world.Verify(), "");
}

TEST(Flow, SameBytesAgainPostNothing) {
    FlowWorld world;
    world.Fund("spiff", 1000, "f1");
    world.Send(one_sale);
    const flow::Outcome again = world.Send(one_sale);
    EXPECT_EQ(again.state, "duplicate");
    EXPECT_EQ(again.summary.at("duplicate_of").as_int64(), 1);
    EXPECT_EQ(world.Balance("wallet/P1/points"), 30);
}

TEST(Flow, SameNumberWithOtherBytesIsRefusedWith025) {
    FlowWorld world;
    world.Send(one_sale);
    const flow::Outcome other =
        world.Send("ISA 1\nREPORT RPT2 original 92:D\nSALE inv=I2 sku=L1 qty=1 reseller=R1 rep=jo@r1.example\nEND\n");
    EXPECT_EQ(other.state, "rejected");
    EXPECT_EQ(other.ack, "ACK 1 TA1 025 1\n");
    EXPECT_EQ(world.Number("SELECT count(*) FROM event"), 1);
}

TEST(Flow, ARejectedNumberMayComeAgainMended) {
    FlowWorld world;
    EXPECT_EQ(world.Send("ISA 7\nREPORT RPT1 original 92:D\nBAD\nEND\n").state, "rejected");
    EXPECT_EQ(world.Send("ISA 7\nREPORT RPT1 original 92:D\nSALE inv=I2 sku=L1 qty=1 reseller=R1\nEND\n").state,
              "done");
    EXPECT_EQ(world.Number("SELECT count(*) FROM event"), 1);
}

TEST(Flow, ACutFilePostsNothing) {
    FlowWorld world;
    for (size_t size = 0; size < one_sale.size(); ++size) {
        if (one_sale.substr(0, size).find("\nEND") != std::string::npos) break;
        EXPECT_EQ(world.Send(one_sale.substr(0, size)).state, "rejected") << size;
    }
    EXPECT_EQ(world.Number("SELECT count(*) FROM event"), 0);
    EXPECT_EQ(world.Number("SELECT count(*) FROM exception"), 0);
}

TEST(Flow, TestInterchangesNeverPost) {
    FlowWorld world;
    EXPECT_EQ(world.Send("ISA 9 test\nREPORT RPT1 original 92:D\nSALE inv=I2 sku=L1 qty=1 reseller=R1\nEND\n").state,
              "test");
    world.is_live = false;
    world.Restart();
    EXPECT_EQ(world.Send(one_sale).state, "test");
    EXPECT_EQ(world.Number("SELECT count(*) FROM event"), 0);
}

TEST(Flow, TheSetIsTheAtomicUnit) {
    FlowWorld world;
    const flow::Outcome outcome = world.Send(
        "ISA 1\nREPORT RPT1 original 92:D\nSALE inv=I1 sku=L1 qty=1 reseller=R1\nBAD\nREPORT RPT2 original 92:D\nSALE "
        "inv=I2 sku=L1 qty=1 reseller=R1\nEND\n");
    EXPECT_EQ(outcome.state, "done");
    EXPECT_EQ(outcome.summary.at("sets_rejected").as_int64(), 1);
    EXPECT_EQ(world.Text("SELECT group_concat(invoice) FROM event"), "I2");
    EXPECT_EQ(world.Number("SELECT id & 16777215 FROM event"), 2) << "the ordinal counts every line of the file";
}

TEST(Flow, TheSameSaleInAnotherInterchangeCountsOnce) {
    FlowWorld world;
    world.Fund("spiff", 1000, "f1");
    world.Send(one_sale);
    const flow::Outcome other = world.Send(
        "ISA 2\nREPORT RPT2 original 92:D\nSALE inv=I1 sku=L1 qty=3 reseller=R1 rep=jo@r1.example "
        "serials=A,B,C\nEND\n");
    EXPECT_EQ(other.summary.at("duplicates").as_int64(), 1);
    EXPECT_EQ(world.Balance("wallet/P1/points"), 30);
}

TEST(Flow, LikeLinesOfOneInvoiceAreToldApartByTheirOrder) {
    FlowWorld world;
    const std::string lines = "SALE inv=I1 sku=L1 qty=1 reseller=R1\nSALE inv=I1 sku=L1 qty=1 reseller=R1\nEND\n";
    world.Send("ISA 1\nREPORT RPT1 original 92:D\n" + lines);
    EXPECT_EQ(world.Number("SELECT count(*) FROM event"), 2);
    EXPECT_EQ(world.Send("ISA 2\nREPORT RPT2 original 92:D\n" + lines).summary.at("duplicates").as_int64(), 2);
}

TEST(Flow, WhatCannotBeResolvedWaitsAndNamesWhatIsMissing) {
    struct Case {
        const char* line;
        const char* cause;
        const char* subject;
    };
    const Case cases[] = {{"SALE inv=I1 sku=NEW qty=1 reseller=R1", "unknown_product", "VP:NEW"},
                          {"SALE inv=I2 sku=L1 qty=1 reseller=R9", "unknown_reseller", "92:R9"},
                          {"SALE inv=I3 sku=L1 qty=1 reseller=R1 rep=who@x.example", "unknown_rep", "who@x.example"},
                          {"SALE inv=I4 sku=L1 qty=0 reseller=R1", "quantity_invalid", ""},
                          {"RETURN inv=I5 sku=L1 qty=1 reseller=R1", "return_unmatched", "I5/L1"},
                          {"RETURN inv=I6 sku=L1 qty=1 reseller=R1 serials=ZZ", "return_unmatched", "ZZ"}};
    for (const Case& c : cases) {
        FlowWorld world;
        const flow::Outcome outcome =
            world.Send("ISA 1\nREPORT RPT1 original 92:D\n" + std::string(c.line) + "\nEND\n");
        EXPECT_EQ(outcome.state, "done");
        EXPECT_EQ(world.Text("SELECT cause || ' ' || subject FROM exception WHERE state = 'open'"),
                  std::string(c.cause) + " " + c.subject);
        EXPECT_EQ(world.Number("SELECT count(*) FROM event"), 0);
    }
}

TEST(Flow, AMendedDirectoryPostsTheException) {
    FlowWorld world;
    world.Fund("spiff", 1000, "f1");
    world.Send(
        "ISA 1\nREPORT RPT1 original 92:D\nSALE inv=I1 sku=NEW qty=2 reseller=R1 rep=jo@r1.example "
        "serials=S1,S2\nEND\n");
    auto still = world.flow->retry_exceptions(0, "", "", false);
    ASSERT_TRUE(still);
    EXPECT_EQ(still->still_open, 1);
    EXPECT_EQ(still->causes.at("unknown_product"), 1);
    world.Import("sku,family,name\nNEW,laser,Brand new\n");
    auto preview = world.flow->retry_exceptions(0, "unknown_product", "VP:NEW", true);
    ASSERT_TRUE(preview);
    EXPECT_EQ(preview->posted, 1);
    EXPECT_EQ(world.Number("SELECT count(*) FROM event"), 0) << "a preview changes nothing";
    auto posted = world.flow->retry_exceptions(0, "unknown_product", "VP:NEW", false);
    ASSERT_TRUE(posted);
    EXPECT_EQ(posted->posted, 1);
    EXPECT_EQ(world.Balance("wallet/P1/points"), 20);
    EXPECT_EQ(world.Number("SELECT exceptions FROM interchange_state"), 0);
    EXPECT_EQ(world.Verify(), "");
}

TEST(Flow, ASerialSoldTwiceIsAnException) {
    FlowWorld world;
    world.Send(one_sale);
    world.Send("ISA 2\nREPORT RPT2 original 92:D\nSALE inv=I9 sku=L1 qty=1 reseller=R2 serials=B\nEND\n");
    EXPECT_EQ(world.Text("SELECT cause || ' ' || subject FROM exception"), "serial_sold_twice B");
}

TEST(Flow, AReturnTakesBackSpiffAndShareInProportion) {
    FlowWorld world;
    world.Fund("spiff", 1000, "f1");
    world.Fund("share", 1000, "f2");
    world.Send(one_sale);
    world.Send("ISA 2\nREPORT RPT2 original 92:D\nRETURN inv=CN1 sku=L1 qty=1 reseller=R1 serials=B\nEND\n");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 20);
    EXPECT_EQ(world.Balance("wallet/D1/points"), 5) << "8 less 2.67 rounded half even to 3";
    world.Send("ISA 3\nREPORT RPT3 original 92:D\nRETURN inv=CN2 sku=L1 qty=2 reseller=R1 serials=A,C\nEND\n");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 0);
    EXPECT_EQ(world.Balance("wallet/D1/points"), 0);
    EXPECT_EQ(world.Balance("budget/p/spiff"), 1000);
    EXPECT_EQ(world.Balance("budget/p/share"), 1000);
    EXPECT_EQ(world.Verify(), "");
}

TEST(Flow, AReturnFindsItsSaleByInvoiceAndProductAndNeverTakesMoreThanWasSold) {
    FlowWorld world;
    world.Fund("spiff", 1000, "f1");
    world.Send(
        "ISA 1\nREPORT RPT1 original 92:D\nSALE inv=I1 sku=L1 qty=2 reseller=R1 rep=jo@r1.example "
        "date=20260915\nEND\n");
    world.Send("ISA 2\nREPORT RPT2 original 92:D\nRETURN inv=I1 sku=L1 qty=1 reseller=R1\nEND\n");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 10);
    world.Send("ISA 3\nREPORT RPT3 original 92:D\nRETURN inv=I1 sku=L1 qty=2 reseller=R1 id=x\nEND\n");
    EXPECT_EQ(world.Text("SELECT cause FROM exception WHERE state = 'open'"), "return_exceeds_sale");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 10);
}

TEST(Flow, AReturnBeforeItsSaleInTheSameFileIsMatchedAtTheEnd) {
    FlowWorld world;
    world.Fund("spiff", 1000, "f1");
    world.Send(
        "ISA 1\nREPORT RPT1 original 92:D\nRETURN inv=CN1 sku=L1 qty=1 reseller=R1 serials=A\n"
        "SALE inv=I1 sku=L1 qty=3 reseller=R1 rep=jo@r1.example serials=A,B,C\nEND\n");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 20);
    EXPECT_EQ(world.Number("SELECT count(*) FROM exception WHERE state = 'open'"), 0);
}

TEST(Flow, AReplacingReportReversesAndPostsAnew) {
    FlowWorld world;
    world.Fund("spiff", 1000, "f1");
    world.Fund("share", 1000, "f2");
    world.Send(one_sale);
    world.Send(
        "ISA 2\nREPORT RPT1 replace 92:D\nSALE inv=I1 sku=L1 qty=2 reseller=R1 rep=jo@r1.example serials=A,B\nEND\n");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 20);
    EXPECT_EQ(world.Balance("budget/p/spiff"), 980);
    EXPECT_EQ(world.Text("SELECT group_concat(state) FROM report"), "replaced,live");
    world.Send("ISA 3\nREPORT RPT1 cancel 92:D\nEND\n");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 0);
    EXPECT_EQ(world.Balance("wallet/D1/points"), 0);
    EXPECT_EQ(world.Verify(), "");
}

TEST(Flow, AReturnSurvivesTheReplacementOfItsSale) {
    FlowWorld world;
    world.Fund("spiff", 1000, "f1");
    world.Send(one_sale);
    world.Send("ISA 2\nREPORT RPT2 original 92:D\nRETURN inv=CN1 sku=L1 qty=1 reseller=R1 serials=A\nEND\n");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 20);
    world.Send(
        "ISA 3\nREPORT RPT1 replace 92:D\nSALE inv=I1 sku=L1 qty=3 reseller=R1 rep=jo@r1.example serials=A,B,C\nEND\n");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 20);
    EXPECT_EQ(world.Balance("budget/p/spiff"), 980);
    EXPECT_EQ(world.Verify(), "");
}

TEST(Flow, ReplacingAReportOfReturnsGivesTheAwardsBack) {
    FlowWorld world;
    world.Fund("spiff", 1000, "f1");
    world.Send(one_sale);
    world.Send("ISA 2\nREPORT RPT2 original 92:D\nRETURN inv=CN1 sku=L1 qty=1 reseller=R1 serials=A\nEND\n");
    world.Send("ISA 3\nREPORT RPT2 cancel 92:D\nEND\n");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 30);
    world.Send("ISA 4\nREPORT RPT4 original 92:D\nRETURN inv=CN2 sku=L1 qty=3 reseller=R1 serials=A,B,C\nEND\n");
    EXPECT_EQ(world.Balance("wallet/P1/points"), 0);
    EXPECT_EQ(world.Verify(), "");
}

TEST(Flow, TheSameReportUnderAnotherNumberPostsNothing) {
    FlowWorld world;
    world.Send(one_sale);
    const flow::Outcome again =
        world.Send("ISA 2\nREPORT RPT1 original 92:D\nSALE inv=I7 sku=L1 qty=1 reseller=R1\nEND\n");
    EXPECT_EQ(again.summary.at("duplicates").as_int64(), 1);
    EXPECT_EQ(world.Number("SELECT count(*) FROM event"), 1);
}

TEST(Flow, GoesOnAfterARestartWithoutCountingTwice) {
    FlowWorld world;
    world.Fund("spiff", 1'000'000, "f1");
    std::string text = "ISA 1\nREPORT RPT1 original 92:D\n";
    for (int i = 0; i < 3000; ++i)
        text += "SALE inv=I" + std::to_string(i) + " sku=L1 qty=1 reseller=R1 rep=jo@r1.example\n";
    world.Send(text + "END\n");
    // As if the process had died before anything behind line 1024 was posted, and before the final state.
    ASSERT_TRUE(world.store->write(
        [](store::Tx& tx) { tx.run("UPDATE interchange_state SET state = 'posting', cursor = 2048"); }));
    world.Restart();
    std::promise<void> done;
    world.flow->when_done(InterchangeSeq{1}, [&](const Result<flow::Outcome>&) { done.set_value(); });
    done.get_future().get();
    EXPECT_EQ(world.Number("SELECT count(*) FROM event"), 3000);
    EXPECT_EQ(world.Balance("wallet/P1/points"), 30'000);
    EXPECT_EQ(world.Verify(), "");
}

TEST(Flow, AFeedWhoseConnectorKeepsFailingIsHeldAndBlocksNobody) {
    FlowWorld world;
    world.Send("ISA 1\nCRASH\n");
    EXPECT_EQ(world.Text("SELECT state FROM interchange_state"), "held");
    EXPECT_EQ(world.Send(one_sale).state, "done");
}

TEST(Flow, ValidateShowsWhatWouldHappenAndChangesNothing) {
    FlowWorld world;
    world.Fund("spiff", 1000, "f1");
    const std::string path = world.directory + "/try";
    ASSERT_TRUE(write_file_durably(path,
                                   "ISA 1\nREPORT RPT1 original 92:D\nSALE inv=I1 sku=L1 qty=3 reseller=R1 "
                                   "rep=jo@r1.example\nSALE inv=I2 sku=NEW qty=1 reseller=R1\nEND\n"));
    const auto preview = world.flow->validate("acme", path);
    ASSERT_TRUE(preview) << preview.error().message;
    EXPECT_EQ(preview->at("would_post").as_int64(), 1);
    EXPECT_EQ(preview->at("would_wait").as_int64(), 1);
    EXPECT_EQ(preview->at("not_posted").as_array()[0].at("subject").as_string(), "VP:NEW");
    EXPECT_EQ(preview->at("awarded").as_array()[0].at("total").as_string(), "30 points");
    for (const char* table : {"SELECT count(*) FROM event", "SELECT count(*) FROM interchange",
                              "SELECT count(*) FROM exception", "SELECT count(*) FROM award"})
        EXPECT_EQ(world.Number(table), 0) << table;
    EXPECT_EQ(world.Send(one_sale).state, "done");
    EXPECT_EQ(world.Verify(), "");
}

}  // namespace
}  // namespace tributary::test
