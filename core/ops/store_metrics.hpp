// What the store can tell for metrics, cheaply: sealed tables are numbered without gaps, so the newest number is the
// count; what is open stands in small indexes. Any Tx.
#pragma once
#include "core/ops/metrics.hpp"
#include "core/store/tx.hpp"

namespace tributary::ops {

void scrape_store(store::Tx& tx, Scrape& scrape, int64_t now_ms);
void scrape_process(Scrape& scrape);  // memory, files, start time of this process

}  // namespace tributary::ops
