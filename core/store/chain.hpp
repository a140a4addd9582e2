// The hash chain. At the end of every batch the sealed tables' new rows are read back in seq order and hashed behind
// the last digest; the batch row keeps how far each table was sealed. verify_chain() runs the same code over history
// and names the first row or batch that does not fit. The head can be kept outside the store and checked against later.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/digest.hpp"
#include "core/store/store.hpp"

namespace tributary::store {

struct ChainHead {
    int64_t batch = 0;
    Digest digest{};
    int64_t at = 0;
};

std::shared_ptr<Participant> make_chain(Clock& clock);  // register after the ledger's book

ChainHead chain_head(Tx& tx);
std::string export_head(const ChainHead& head);  // one line: "tributary-chain-1 <batch> <hex> <instant>"
Result<ChainHead> parse_head(std::string_view text);

struct ChainReport {
    bool is_intact = false;
    int64_t batches = 0;
    int64_t rows = 0;
    std::string broken;      // where and what, when not intact: "award 4711 (batch 88): ..."
    ChainHead head;
};
// expected: a head kept outside, or null. progress is called now and then with batches done.
ChainReport verify_chain(Tx& tx, const ChainHead* expected, const std::function<void(int64_t)>& progress = nullptr);

}  // namespace tributary::store
