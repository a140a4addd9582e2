#include "core/store/chain.hpp"

#include <set>

#include "core/base/encoding.hpp"
#include "core/store/chain_rows.hpp"
#include "core/store/connection.hpp"
#include "tests/unit/store/fixture.hpp"

namespace tributary::store {
namespace {

constexpr const char* rows_of_a_batch[] = {
    "INSERT INTO interchange (feed, transport, transport_id, file_name, sha256, size, received_at, trace_id, "
    "spool_path)"
    " VALUES ('f', 'http', 't', 'n', x'0102', 5, 6, 'trace', 'spool/1')",
    "INSERT INTO award (event_id, incentive, version, recipient, unit, amount, reverses, at)"
    " VALUES ((SELECT count(*) FROM award), 1, 1, 1, 'USD', 100, 0, 5)",
    "INSERT INTO transfer (origin, origin_id, leg, kind, debit, credit, amount, pending, at)"
    " VALUES (1, (SELECT count(*) FROM transfer), 0, 0, 1, 2, 5, 0, 5)",
    "INSERT INTO payout (redemption_key, request_sha256, recipient, connector, product, unit, amount, currency, "
    "money,"
    " rate_money, rate_per, requested_at, requested_by, trace_id) VALUES ('k' || (SELECT count(*) FROM payout), "
    "x'01', 1, 'c',"
    " 'p', 'points', 100, 'USD', 1, 1, 100, 5, 'me', 't')",
    "INSERT INTO payout_request (payout, step, key, attempt, kind, request_sha256, at) VALUES (1, 's', 'k', 1, "
    "'request', x'01', 5)",
    "INSERT INTO payout_receipt (payout, request, source, status, outcome, code, message, reference, "
    "response_sha256, at)"
    " VALUES (1, 1, 'answer', 200, 1, '', '', 'r', x'02', 5)",
    "INSERT INTO audit (at, actor, action, subject, detail, trace_id) VALUES (5, 'me', 'did', 'it', '{}', 't')",
    "INSERT INTO funding (key, incentive, amount, actor, at) VALUES ('k' || (SELECT count(*) FROM funding), 1, 100, "
    "'me', 5)",
};

constexpr const char* event_sql =
    "INSERT INTO event (id, report, kind, date, distributor, reseller, rep, product, quantity, quantity_scale, uom, "
    "price_type,"
    " price, price_scale, currency, invoice, line_id, sale_kind, debit_reference, serials, line, byte, "
    "returns_event, explanation,"
    " personal_salt, personal, personal_digest) VALUES ((SELECT count(*) FROM event), 1, 1, 20260101, 1, 2, 3, 4, 5, "
    "0, 'EA', '',"
    " 6, 0, 'USD', 'inv', '1', '', '', 's1', 7, 8, 0, '{}', ?, ?, ?)";

// Three batches, each with one row of every sealed table; the store is closed.
class ChainTest : public testing::Test {
protected:
    ChainTest() {
        Books books = open();
        for (int i = 0; i < 3; ++i)
            EXPECT_TRUE(books.store->write([](Tx& tx) {
                for (const char* sql : rows_of_a_batch) tx.run(sql);
                Hasher hasher;
                hasher.update("saltsalt");
                hasher.update("{\"rep_name\":\"R\"}");
                tx.run(event_sql, Blob{"saltsalt"}, "{\"rep_name\":\"R\"}", hasher.finish());
            }));
    }

    Books open() {
        Books books;
        StoreOptions options;
        options.path = path_;
        books.store = std::move(*Store::open(options, clock_));
        books.store->add_participant(make_chain(clock_));
        return books;
    }
    static ChainReport verify(const std::string& path, const ChainHead* expected = nullptr) {
        const auto connection = Connection::open(path, OpenMode::read_only, 1000);
        EXPECT_TRUE(connection);
        Tx tx(**connection);
        return verify_chain(tx, expected);
    }
    // What verify says of a copy changed so.
    std::string broken_by(const std::string& sql, const ChainHead* expected = nullptr) {
        const std::string copy = directory_.file("copy.db");
        std::filesystem::copy_file(path_, copy, std::filesystem::copy_options::overwrite_existing);
        tamper(copy, sql);
        return verify(copy, expected).broken;
    }
    std::vector<std::pair<std::string, std::string>> columns_of(const std::string& table) {  // name, type
        std::vector<std::pair<std::string, std::string>> columns;
        const auto connection = Connection::open(path_, OpenMode::read_only, 1000);
        Tx tx(**connection);
        Rows rows = tx.query("SELECT name, type FROM pragma_table_info(?)", table);
        while (rows.next()) columns.emplace_back(rows.string(0), rows.string(1));
        return columns;
    }
    static std::string other_value(const std::string& column, const std::string& type) {
        if (type == "INTEGER") return column + " + 1000";
        return type == "BLOB" ? "x'ff' || " + column : column + " || 'x'";
    }

    TemporaryDirectory directory_;
    std::string path_ = directory_.file("t.db");
    ManualClock clock_{1'700'000'000'000};
};

std::string cast_of(const std::string& type, const std::string& expression) {
    return type == "BLOB" ? "CAST(" + expression + " AS BLOB)" : expression;
}

TEST_F(ChainTest, IsIntactWhenNobodyTouchedIt) {
    const ChainReport report = verify(path_);
    EXPECT_TRUE(report.is_intact) << report.broken;
    EXPECT_EQ(report.batches, 3);
    EXPECT_EQ(report.rows, 27);
    EXPECT_EQ(report.head.batch, 3);
}

TEST_F(ChainTest, FindsAChangeInEveryColumnOfEverySealedTable) {
    for (const SealedTable& table : sealed_tables())
        for (const auto& [column, type] : columns_of(table.name)) {
            if (column == "spool_path") continue;
            const std::string broken = broken_by(fmt::format("UPDATE {} SET {} = {} WHERE seq = 2", table.name,
                                                             column, cast_of(type, other_value(column, type))));
            EXPECT_NE(broken.find("batch 2"), std::string::npos) << table.name << "." << column << ": " << broken;
            EXPECT_NE(broken.find(table.name), std::string::npos) << table.name << "." << column << ": " << broken;
        }
}

TEST_F(ChainTest, FindsARowThatIsMissing) {
    for (const SealedTable& table : sealed_tables())
        for (int seq = 1; seq <= 3; ++seq) {
            const std::string broken = broken_by(fmt::format("DELETE FROM {} WHERE seq = {}", table.name, seq));
            EXPECT_EQ(broken, fmt::format("{0} {1} (batch {1}): the row is missing", table.name, seq));
        }
}

TEST_F(ChainTest, FindsARowThatNoBatchSealed) {
    for (const SealedTable& table : sealed_tables())
        for (const int seq : {-7, 0, 4, 9}) {
            std::string columns, values;
            for (const auto& [column, type] : columns_of(table.name)) {
                const std::string value =
                    column == "seq" ? fmt::to_string(seq) : cast_of(type, other_value(column, type));
                columns += (columns.empty() ? "" : ", ") + column;
                values += (values.empty() ? "" : ", ") + value;
            }
            const std::string broken = broken_by(
                fmt::format("INSERT INTO {0} ({1}) SELECT {2} FROM {0} WHERE seq = 3", table.name, columns, values));
            EXPECT_NE(broken.find(fmt::format("{} {}: no batch has sealed it", table.name, seq)), std::string::npos)
                << broken;
        }
}

TEST_F(ChainTest, FindsEveryChangeOfABatchRow) {
    struct Line {
        const char* sql;
        const char* expected;
    };
    const Line table[] = {
        {"UPDATE batch SET at = at + 1 WHERE seq = 2", "batch 2: its digest"},
        {"UPDATE batch SET digest = (SELECT digest FROM batch WHERE seq = 1) WHERE seq = 2", "batch 2: its digest"},
        {"UPDATE batch SET digest = x'00' WHERE seq = 3", "batch 3: its digest"},
        {"UPDATE batch SET marks = replace(marks, '\"award\":2', '\"award\":3') WHERE seq = 2",
         "batch 2: its digest"},
        {"UPDATE batch SET marks = replace(marks, '\"award\":2', '\"award\":1') WHERE seq = 2",
         "batch 2: its digest"},
        {"UPDATE batch SET marks = replace(marks, '\"award\":3', '\"award\":4') WHERE seq = 3",
         "award 4 (batch 3): the row is missing"},
        {"UPDATE batch SET marks = replace(marks, '\"award\":2', '\"award\":0') WHERE seq = 2", "batch 2"},
        {"UPDATE batch SET marks = '{}' WHERE seq = 3", "batch 3: its mark of interchange goes back"},
        {"UPDATE batch SET marks = marks || ' ' WHERE seq = 2", "batch 2: marks"},
        {"UPDATE batch SET marks = 'x' WHERE seq = 2", "batch 2"},
        {"UPDATE batch SET seq = 7 WHERE seq = 3", "batch 3: it is missing"},
        {"DELETE FROM batch WHERE seq = 1", "batch 1: it is missing"},
        {"DELETE FROM batch WHERE seq = 2", "batch 2: it is missing"},
        {"DELETE FROM batch WHERE seq = 3", "no batch has sealed it"},
        {"INSERT INTO batch SELECT 4, at, marks, digest FROM batch WHERE seq = 3", "batch 4: its digest"},
    };
    for (const Line& line : table)
        EXPECT_NE(broken_by(line.sql).find(line.expected), std::string::npos)
            << line.sql << ": " << broken_by(line.sql);
}

TEST_F(ChainTest, StaysIntactWhenPersonalDataIsErasedOrTheSpoolMoves) {
    EXPECT_EQ(broken_by("UPDATE event SET personal = NULL, personal_salt = NULL WHERE seq = 2"), "");
    EXPECT_EQ(broken_by("UPDATE interchange SET spool_path = 'elsewhere'"), "");
    EXPECT_NE(
        broken_by("UPDATE event SET personal_salt = NULL WHERE seq = 2").find("event 2 (batch 2): its personal data"),
        std::string::npos);
}

TEST_F(ChainTest, AHeadKeptOutsideShowsACutAndARewrittenHistory) {
    const ChainHead head = verify(path_).head;
    EXPECT_EQ(broken_by("UPDATE meta SET value = value", &head), "");
    std::string cut = "DELETE FROM batch WHERE seq = 3;";
    for (const SealedTable& table : sealed_tables()) cut += fmt::format("DELETE FROM {} WHERE seq = 3;", table.name);
    EXPECT_EQ(broken_by(cut), "");  // by itself the shorter chain is a good one
    EXPECT_NE(broken_by(cut, &head).find("batch 3: the head kept outside names it"), std::string::npos);

    tamper(path_, cut);
    clock_.advance_ms(5);
    ASSERT_TRUE(open().store->write([](Tx& tx) {
        tx.run(
            "INSERT INTO audit (at, actor, action, subject, detail, trace_id)"
            " VALUES (5, 'me', 'hid', 'it', '{}', 't')");
    }));
    EXPECT_TRUE(verify(path_).is_intact);
    EXPECT_NE(verify(path_, &head).broken.find("batch 3: it is not the batch whose head"), std::string::npos);
}

TEST_F(ChainTest, AJobWithoutSealedRowsMakesNoBatch) {
    EXPECT_TRUE(open().store->write([](Tx& tx) { tx.run("INSERT INTO meta (key, value) VALUES ('a', 'b')"); }));
    EXPECT_EQ(verify(path_).batches, 3);
}

TEST_F(ChainTest, RefusesToSealOverAGap) {
    const auto refused = open().store->write([](Tx& tx) {
        tx.run(
            "INSERT INTO audit (seq, at, actor, action, subject, detail, trace_id) VALUES (9, 5, '', '', '', '', "
            "'')");
    });
    EXPECT_EQ(refused.error().code, ErrorCode::internal);
    EXPECT_NE(refused.error().message.find("audit 4 is missing"), std::string::npos) << refused.error().message;
    EXPECT_TRUE(verify(path_).is_intact);
}

TEST_F(ChainTest, SealsEveryColumnOfEveryTableThatIsNumberedBySeq) {
    const auto connection = Connection::open(path_, OpenMode::read_only, 1000);
    Tx tx(**connection);
    std::set<std::string> with_seq, sealed;
    Rows rows = tx.query(
        "SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'seq'");
    while (rows.next()) with_seq.insert(rows.string(0));
    with_seq.erase("batch");
    for (const SealedTable& table : sealed_tables()) {
        sealed.insert(table.name);
        std::multiset<std::string> named, actual;
        for (const char* list : {table.columns, table.unsealed})
            for (const std::string_view column : split(list, ','))
                if (!trim(column).empty()) named.emplace(trim(column));
        for (const auto& [column, type] : columns_of(table.name)) actual.insert(column);
        EXPECT_EQ(named, actual) << table.name;
    }
    EXPECT_EQ(sealed, with_seq);
}

TEST_F(ChainTest, TheHeadTravelsAsOneLine) {
    const ChainHead head = verify(path_).head;
    const std::string line = export_head(head);
    EXPECT_TRUE(line.starts_with("tributary-chain-1 3 ")) << line;
    const auto parsed = parse_head(line + "\n");
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->batch, head.batch);
    EXPECT_EQ(parsed->digest, head.digest);
    EXPECT_EQ(parsed->at, head.at);
    const std::string digest = hex_of(head.digest);
    for (const std::string& bad :
         {std::string(), line + " x", "tributary-chain-2 3 " + digest + " 2023-11-14T22:13:20.000Z",
          "tributary-chain-1 -3 " + digest + " 2023-11-14T22:13:20.000Z",
          "tributary-chain-1 x " + digest + " 2023-11-14T22:13:20.000Z",
          "tributary-chain-1 3 " + digest.substr(2) + " 2023-11-14T22:13:20.000Z",
          "tributary-chain-1 3 " + digest + " 2023-11-31T22:13:20.000Z",
          "tributary-chain-1 3 " + digest + " 2023-11-14 22:13:20.000Z",
          "tributary-chain-1 3 " + digest + " 2023-11-14T25:13:20.000Z"})
        EXPECT_EQ(parse_head(bad).has_value(), false) << bad;
}

}  // namespace
}  // namespace tributary::store
