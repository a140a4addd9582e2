// A world with returns ends like a world in which the returned units were never sold; and budgets hold whatever comes.
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/flow/flow_fixture.hpp"

namespace tributary::test {
namespace {

struct Sold {
    int quantity = 0, returned = 0;
};

RC_GTEST_PROP(World, ReturnsEndLikeUnitsNeverSold, ()) {
    FlowWorld with, without;
    const int64_t budget = *rc::gen::inRange<int64_t>(1, 2'000);
    with.Fund("spiff", budget, "f1");
    with.Fund("share", 100'000, "f2");
    std::map<int, Sold> sales;
    std::string text = "ISA 1\nREPORT RPT1 original 92:D\n";
    const int count = *rc::gen::inRange(1, 25);
    for (int i = 0; i < count; ++i) {
        Sold& sold = sales[i];
        sold.quantity = *rc::gen::inRange(1, 12);
        text += "SALE inv=I" + std::to_string(i) + " sku=L1 qty=" + std::to_string(sold.quantity) +
                " reseller=R1 rep=jo@r1.example\n";
        const int of = *rc::gen::inRange(0, i + 1);
        const int back = *rc::gen::inRange(0, sales[of].quantity - sales[of].returned + 1);
        if (back == 0) continue;
        sales[of].returned += back;
        text += "RETURN inv=I" + std::to_string(of) + " sku=L1 qty=" + std::to_string(back) + " reseller=R1\n";
    }
    RC_ASSERT(with.Send(text + "END\n").state == "done");
    RC_ASSERT(with.Number("SELECT count(*) FROM exception WHERE state = 'open'") == 0);
    RC_ASSERT(with.Balance("budget/p/spiff") >= 0);
    with.Fund("spiff", 100'000, "f3");  // whoever waited is paid now
    RC_ASSERT(with.Number("SELECT count(*) FROM waiting_award") == 0);

    without.Fund("spiff", budget + 100'000, "f1");
    std::string kept = "ISA 1\nREPORT RPT1 original 92:D\n";
    for (const auto& [i, sold] : sales)
        if (sold.quantity > sold.returned)
            kept += "SALE inv=I" + std::to_string(i) + " sku=L1 qty=" + std::to_string(sold.quantity - sold.returned) +
                    " reseller=R1 rep=jo@r1.example\n";
    without.Send(kept + "END\n");
    RC_ASSERT(with.Balance("wallet/P1/points") == without.Balance("wallet/P1/points"));
    RC_ASSERT(with.Balance("budget/p/spiff") == without.Balance("budget/p/spiff"));
    RC_ASSERT(with.Verify().empty());
}

}  // namespace
}  // namespace tributary::test
