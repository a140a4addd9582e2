// Transaction sets as tables: depth, tag, mandatory, how often (0 = any number), since which release.
// A row one level deeper belongs to the loop that the row above it starts. Add a table and a line to add a set.
#include "connectors/feeds/x12/grammar.hpp"

namespace tributary::x12 {
namespace {

constexpr bool must = true, may = false;
constexpr Release from_5010 = Release::r005010;

// Sell-through report of a distributor.
const std::vector<RowFacts> sales_report = {
    {0, "BPT", must, 1},
    {0, "CUR", may, 1},
    {0, "DTM", may, 10},
    {0, "REF", may, 12},
    {0, "PER", may, 3},
    {0, "MEA", may, 20},
    {0, "PSA", may, 10},
    {0, "N1", may, 5},  // parties of the report
    {1, "N2", may, 2},
    {1, "N3", may, 2},
    {1, "N4", may, 1},
    {1, "REF", may, 12},
    {1, "PER", may, 0},
    {2, "REF", may, 0},
    {0, "LM", may, 0},
    {1, "LQ", must, 100},
    {1, "LCD", may, 2, from_5010},
    {0, "PTD", must, 0},  // one kind of transfer to one customer
    {1, "DTM", may, 10},
    {1, "REF", may, 20},
    {1, "PRF", may, 1},
    {1, "PER", may, 3},
    {1, "MAN", may, 1},
    {1, "LCD", may, 2, from_5010},
    {1, "LQ", may, 0, from_5010},
    {1, "MEA", may, 0, from_5010},
    {1, "N1", may, 5},  // parties of the transfer
    {2, "N2", may, 2},
    {2, "N3", may, 2},
    {2, "N4", may, 1},
    {2, "REF", may, 20},
    {2, "PER", may, 3},
    {2, "SII", may, 0},
    {3, "N9", may, 1},
    {1, "QTY", may, 0},  // one line
    {2, "LIN", may, 1},
    {2, "PO3", may, 25},
    {2, "PO4", may, 1},
    {2, "UIT", may, 12},
    {2, "AMT", may, 12},
    {2, "ITA", may, 10},
    {2, "PID", may, 200},
    {2, "MEA", may, 40},
    {2, "PWK", may, 25},
    {2, "PKG", may, 25},
    {2, "REF", may, 0},
    {2, "PER", may, 3},
    {2, "DTM", may, 10},
    {2, "CUR", may, 1},
    {2, "DD", may, 0},
    {2, "LDT", may, 1},
    {2, "LM", may, 0},
    {3, "LQ", may, 100},
    {2, "LX", may, 0},
    {3, "REF", may, 0},
    {3, "DTM", may, 1},
    {3, "N1", may, 1},
    {3, "LM", may, 0},
    {4, "LQ", must, 100},
    {2, "FA1", may, 0},
    {3, "FA2", must, 0},
    {0, "CTT", may, 1},
    {1, "AMT", may, 12},
    {1, "ITA", may, 10},
};

const std::vector<RowFacts> acknowledgement = {
    {0, "AK1", must, 1}, {0, "AK2", may, 0},  {1, "AK3", may, 0},
    {2, "AK4", may, 99}, {1, "AK5", must, 1}, {0, "AK9", must, 1},
};

const std::vector<RowFacts> implementation_acknowledgement = {
    {0, "AK1", must, 1}, {0, "AK2", may, 0},  {1, "IK3", may, 0},  {2, "CTX", may, 10},
    {2, "IK4", may, 99}, {3, "CTX", may, 10}, {1, "IK5", must, 1}, {0, "AK9", must, 1},
};

}  // namespace

const std::vector<SetFacts>& set_table() {
    static const std::vector<SetFacts> table = {
        {"867", "PT", Reader::sales_report, &sales_report},
        {"997", "FA", Reader::none, &acknowledgement},
        {"999", "FA", Reader::none, &implementation_acknowledgement},
    };
    return table;
}

}  // namespace tributary::x12
