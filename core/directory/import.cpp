// The import: each kind of file is a table of columns; each row becomes an upsert of an effective-dated version.
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/base/clock.hpp"
#include "core/base/encoding.hpp"
#include "core/base/suggest.hpp"
#include "core/directory/csv.hpp"
#include "core/directory/directory.hpp"

namespace tributary::directory {
namespace {

constexpr int32_t from_the_beginning = 19000101;

struct Column {
    const char* name;
    bool is_required;
};

struct Kind {
    const char* name;
    std::vector<Column> columns;
    const char* mark;  // the column that tells this kind from the others
};

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all = {
        {"products",
         {{"sku", true},
          {"name", false},
          {"family", false},
          {"tags", false},
          {"upc", false},
          {"ean", false},
          {"gtin", false},
          {"valid_from", false}},
         "sku"},
        {"product_aliases", {{"product", true}, {"scheme", true}, {"value", true}, {"scope", false}}, "product"},
        {"party_aliases", {{"party", true}, {"scheme", true}, {"value", true}, {"scope", false}}, "party"},
        {"persons",
         {{"id", true},
          {"name", true},
          {"company", true},
          {"email", false},
          {"phone", false},
          {"role", false},
          {"language", false},
          {"country", false},
          {"groups", false},
          {"valid_from", false}},
         "company"},
        {"parties",
         {{"id", true},
          {"kind", true},
          {"name", true},
          {"level", false},
          {"country", false},
          {"region", false},
          {"reseller_of", false},
          {"groups", false},
          {"language", false},
          {"email", false},
          {"valid_from", false}},
         "kind"},
    };
    return all;
}

class Import {
public:
    Import(store::Tx& tx, int64_t now_ms, const std::string& file, ImportReport& report)
        : tx_(tx), now_ms_(now_ms), file_(file), report_(report) {}

    void run(std::string_view text) {
        CsvReader reader(text);
        std::vector<std::string> fields;
        auto more = reader.next(fields);
        if (!more) return complain_at(reader.line(), more.error().message);
        if (!*more) return complain_at(1, "the file is empty; the first row names the columns");
        if (!read_header(fields)) return;
        while ((more = reader.next(fields)) && *more && tx_.ok()) {
            line_ = reader.line();
            ++report_.rows;
            if (fields.size() != header_.size())
                complain(fmt::format("{} fields, but the header has {} columns", fields.size(), header_.size()));
            else
                read_row(fields);
        }
        if (!more) complain_at(reader.line(), more.error().message);
    }

private:
    void complain_at(size_t line, std::string message) {
        ++report_.errors_total;
        if (report_.errors.size() < ImportReport::errors_kept)
            report_.errors.push_back({file_, line, 1, std::move(message)});
    }
    void complain(std::string message) { complain_at(line_, std::move(message)); }

    bool read_header(const std::vector<std::string>& fields) {
        std::set<std::string> names;
        for (const std::string& field : fields) {
            header_.push_back(lower_ascii(trim(field)));
            if (!names.insert(header_.back()).second)
                complain_at(1, fmt::format("column '{}' stands twice", header_.back()));
        }
        for (const Kind& kind : kinds())
            if (kind_ == nullptr && names.count(kind.mark) != 0) kind_ = &kind;
        if (kind_ == nullptr) {
            complain_at(1,
                        "the header tells no kind: parties have 'kind', persons 'company', products 'sku', aliases "
                        "'party' or 'product' with 'scheme' and 'value'");
            return false;
        }
        report_.kind = kind_->name;
        std::vector<std::string> known;
        for (const Column& column : kind_->columns) {
            known.emplace_back(column.name);
            if (column.is_required && names.count(column.name) == 0)
                complain_at(1, fmt::format("{} need a column '{}'", kind_->name, column.name));
        }
        for (const std::string& name : header_)
            if (std::find(known.begin(), known.end(), name) == known.end())
                complain_at(1, fmt::format("{} have no column '{}'{}", kind_->name, printable(name),
                                           did_you_mean(name, known)));
        return report_.errors_total == 0;
    }

    void read_row(const std::vector<std::string>& fields) {
        row_.clear();
        for (size_t i = 0; i < fields.size(); ++i) {
            if (!is_utf8(fields[i]))
                return complain(fmt::format("column '{}' is not UTF-8: {}", header_[i], printable(fields[i])));
            row_[header_[i]] = trim(fields[i]);
        }
        for (const Column& column : kind_->columns)
            if (column.is_required && row_[column.name].empty())
                return complain(fmt::format("column '{}' is empty", column.name));
        const std::string kind = kind_->name;
        if (kind == "products") return product();
        if (kind == "persons") return person();
        if (kind == "parties") return organisation();
        alias(kind == "party_aliases");
    }

    // yyyymmdd of valid_from; without one: from the beginning for what is new, from today for a change.
    std::optional<int32_t> valid_from(bool is_new) {
        const std::string& text = row_["valid_from"];
        if (text.empty()) return is_new ? from_the_beginning : date_of_ms(now_ms_);
        const auto date = parse_iso_date(text);
        if (!date) complain(fmt::format("valid_from '{}' is no date; write it as 2026-11-30", printable(text)));
        return date;
    }

    bool is_country(const std::string& text) {
        const bool fine = text.empty() || (text.size() == 2 && text == upper_ascii(text));
        if (!fine) complain(fmt::format("country '{}' is no ISO 3166-1 alpha-2 code such as DE", printable(text)));
        return fine;
    }

    json::array list_of(const std::string& text) {
        json::array out;
        for (const std::string_view item : split(text, ';'))
            if (!trim(item).empty()) out.emplace_back(trim(item));
        return out;
    }

    void set_texts(json::object& data, std::initializer_list<const char*> columns) {
        for (const char* column : columns)
            if (!row_[column].empty()) data[column] = row_[column];
    }

    void organisation() {
        if (!is_country(row_["country"])) return;
        if (row_["kind"] == "person")
            return complain("kind 'person' belongs in a file of persons (with a column 'company')");
        json::object data;
        set_texts(data, {"name", "level", "country", "region", "reseller_of", "language", "email"});
        if (!row_["groups"].empty()) data["groups"] = list_of(row_["groups"]);
        if (!row_["reseller_of"].empty() && !party_by_code(tx_, row_["reseller_of"]))
            return complain(
                fmt::format("reseller_of '{}' is not in the directory: import it first, or put it higher in this file",
                            printable(row_["reseller_of"])));
        upsert_party(row_["kind"], data);
    }

    void person() {
        if (!is_country(row_["country"])) return;
        const auto company = party_by_code(tx_, row_["company"]);
        if (!company)
            return complain(
                fmt::format("company '{}' is not in the directory: import parties first", printable(row_["company"])));
        if (!row_["email"].empty() && row_["email"].find('@') == std::string::npos)
            return complain(fmt::format("email '{}' has no @", printable(row_["email"])));
        json::object data;
        set_texts(data, {"name", "company", "email", "phone", "role", "language", "country"});
        if (!row_["groups"].empty()) data["groups"] = list_of(row_["groups"]);
        const auto id = upsert_party("person", data);
        if (!id) return;
        if (!row_["email"].empty()) add_alias("party_alias", "email", lower_ascii(row_["email"]), 0, id->value);
        // A name is an id only inside its company, and only while it is the only one there.
        const std::string name = upper_ascii(row_["name"]);
        const auto same = party_by_alias(tx_, "name", name, *company);
        if (!same)
            add_alias("party_alias", "name", name, company->value, id->value);
        else if (*same != *id)
            tx_.run("DELETE FROM party_alias WHERE scheme = 'name' AND value = ? AND scope = ?", name, company->value);
    }

    std::optional<PartyId> upsert_party(const std::string& kind, const json::object& data) {
        const std::string& code = row_["id"];
        if (code.size() > 64) return complain("id is longer than 64 bytes"), std::nullopt;
        auto id = party_by_code(tx_, code);
        const bool is_new = !id.has_value();
        const auto from = valid_from(is_new);
        if (!from) return std::nullopt;
        if (is_new) {
            tx_.run("INSERT INTO party (code, kind, created_at) VALUES (?, ?, ?)", code, kind, now_ms_);
            id = PartyId{tx_.last_id()};
        } else if (tx_.one_text("SELECT kind FROM party WHERE id = ?", *id) != kind) {
            complain(fmt::format("'{}' exists as another kind of party; a kind does not change", printable(code)));
            return std::nullopt;
        }
        const auto current = tx_.one_text(
            "SELECT data FROM party_version WHERE party = ? AND valid_from <= ? ORDER BY valid_from DESC LIMIT 1", *id,
            *from);
        count(is_new, current, data);
        if (current != to_text(data))
            tx_.run(
                "INSERT INTO party_version (party, valid_from, data) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET data = "
                "excluded.data",
                *id, *from, to_text(data));
        return id;
    }

    void product() {
        const std::string& sku = row_["sku"];
        auto id = product_by_sku(tx_, sku);
        const bool is_new = !id.has_value();
        const auto from = valid_from(is_new);
        if (!from) return;
        if (is_new) {
            tx_.run("INSERT INTO product (sku, created_at) VALUES (?, ?)", sku, now_ms_);
            id = ProductId{tx_.last_id()};
        }
        json::object data;
        set_texts(data, {"name", "family"});
        if (!row_["tags"].empty()) data["tags"] = list_of(row_["tags"]);
        const auto current = tx_.one_text(
            "SELECT data FROM product_version WHERE product = ? AND valid_from <= ? ORDER BY valid_from DESC LIMIT 1",
            *id, *from);
        count(is_new, current, data);
        if (current != to_text(data))
            tx_.run(
                "INSERT INTO product_version (product, valid_from, data) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
                "data = excluded.data",
                *id, *from, to_text(data));
        for (const auto& [column, scheme] : {std::pair{"upc", "UP"}, {"ean", "EN"}, {"gtin", "UK"}})
            if (!row_[column].empty()) add_alias("product_alias", scheme, row_[column], 0, id->value);
    }

    void alias(bool is_party) {
        const std::string& target = row_[is_party ? "party" : "product"];
        int64_t id = 0;
        if (is_party)
            id = party_by_code(tx_, target).value_or(PartyId{}).value;
        else
            id = product_by_sku(tx_, target).value_or(ProductId{}).value;
        if (id == 0)
            return complain(
                fmt::format("{} '{}' is not in the directory", is_party ? "party" : "product", printable(target)));
        int64_t scope = 0;
        if (!row_["scope"].empty()) {
            scope = party_by_code(tx_, row_["scope"]).value_or(PartyId{}).value;
            if (scope == 0)
                return complain(fmt::format("scope '{}' is no party of the directory", printable(row_["scope"])));
        }
        const bool is_new =
            add_alias(is_party ? "party_alias" : "product_alias", row_["scheme"], row_["value"], scope, id);
        ++(is_new ? report_.created : report_.unchanged);
    }

    // True when it is new. Another owner of the same alias is an error, never a silent move.
    bool add_alias(std::string_view table, const std::string& scheme, const std::string& value, int64_t scope,
                   int64_t id) {
        const bool is_party = table == "party_alias";
        const auto owner =
            is_party ? tx_.one_integer("SELECT party FROM party_alias WHERE scheme = ? AND value = ? AND scope = ?",
                                       scheme, value, scope)
                     : tx_.one_integer("SELECT product FROM product_alias WHERE scheme = ? AND value = ? AND scope = ?",
                                       scheme, value, scope);
        if (owner && *owner != id)
            complain(fmt::format("alias {} '{}' belongs to another {} already", scheme, printable(value),
                                 is_party ? "party" : "product"));
        if (owner) return false;
        if (is_party)
            tx_.run("INSERT INTO party_alias (scheme, value, scope, party) VALUES (?, ?, ?, ?)", scheme, value, scope,
                    id);
        else
            tx_.run("INSERT INTO product_alias (scheme, value, scope, product) VALUES (?, ?, ?, ?)", scheme, value,
                    scope, id);
        return true;
    }

    void count(bool is_new, const std::optional<std::string>& current, const json::object& data) {
        ++(is_new ? report_.created : current == to_text(data) ? report_.unchanged : report_.changed);
    }

    store::Tx& tx_;
    int64_t now_ms_;
    const std::string& file_;
    ImportReport& report_;
    const Kind* kind_ = nullptr;
    size_t line_ = 1;
    std::vector<std::string> header_;
    std::map<std::string, std::string> row_;
};

}  // namespace

ImportReport import_csv(store::Tx& tx, int64_t now_ms, std::string_view text, const std::string& file) {
    ImportReport report;
    if (text.size() > import_size_max) {
        report.errors_total = 1;
        report.errors.push_back(
            {file, 0, 0, fmt::format("the file has {} bytes, {} are allowed: split it", text.size(), import_size_max)});
    } else {
        Import(tx, now_ms, file, report).run(text);
    }
    if (report.errors_total > 0)
        tx.refuse(
            fail(ErrorCode::invalid, fmt::format("{}: {} errors, nothing was imported", file, report.errors_total)));
    else
        tx.run(
            "INSERT INTO meta (key, value) VALUES ('directory_version', '1') ON CONFLICT DO UPDATE SET value = "
            "CAST(value AS INTEGER) + 1");
    return report;
}

}  // namespace tributary::directory
