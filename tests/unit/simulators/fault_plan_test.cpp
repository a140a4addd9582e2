#include <gtest/gtest.h>

#include "tests/simulators/fault_plan.hpp"

namespace tributary::simulators {
namespace {

TEST(FaultPlan, TakesEachFaultAsOftenAsItSays) {
    FaultPlan plan;
    ASSERT_TRUE(
        plan.add(R"([{"match":"/a","kind":"drop_after","count":2},{"match":"/a","kind":"slow","delay_ms":5}])"));
    EXPECT_EQ(plan.take_for_request("POST", "/a/1")->kind, FaultKind::drop_after);
    EXPECT_FALSE(plan.take_for_request("POST", "/b"));
    EXPECT_EQ(plan.take_for_request("GET", "/a/2")->kind, FaultKind::drop_after);
    const auto slow = plan.take_for_request("GET", "/a");
    ASSERT_TRUE(slow);
    EXPECT_EQ(slow->delay_ms, 5);
    EXPECT_FALSE(plan.take_for_request("GET", "/a"));
}

TEST(FaultPlan, KeepsMethodsAndPurposesApart) {
    FaultPlan plan;
    ASSERT_TRUE(
        plan.add(R"([{"match":"/a","kind":"webhook_lost"},{"match":"/a","kind":"error_after","method":"POST"}])"));
    EXPECT_FALSE(plan.take_for_request("GET", "/a"));
    EXPECT_EQ(plan.take_for_request("POST", "/a")->kind, FaultKind::error_after);
    EXPECT_EQ(plan.take_for_webhook("/a/webhooks")->kind, FaultKind::webhook_lost);
    EXPECT_EQ(plan.remaining().size(), 0u);
}

TEST(FaultPlan, RefusesAWholeListForOneBadEntry) {
    FaultPlan plan;
    for (const char* text : {"{}", "x", "[7]", R"([{"match":"/a","kind":"melt"}])", R"([{"kind":"slow"}])",
                             R"([{"match":"/a","kind":"slow"},{"match":"/a","kind":"slow","count":0}])"}) {
        EXPECT_FALSE(plan.add(text)) << text;
    }
    EXPECT_EQ(plan.remaining().size(), 0u);
}

}  // namespace
}  // namespace tributary::simulators
