// A feed connector for tests, in process and readable: one record a line.
//   ISA <control> [test] [ack]        REPORT <id> <purpose> <scheme:distributor>
//   SALE|RETURN inv= sku= qty= reseller= rep= serials=a,b date= id=
//   BAD (an error: its set is rejected)      CRASH (the connector fails)      END
#pragma once
#include "plugins/host/connector.hpp"

namespace tributary::test {

std::shared_ptr<host::Connector> make_fake_feed();

}  // namespace tributary::test
