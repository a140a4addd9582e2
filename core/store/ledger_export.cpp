// The journal for plain-text accounting. Names must be legal in both tools, so the account code "wallet/R1001/points"
// becomes Wallet:R1001:Points: '/' separates, each part starts with a capital or a digit and keeps letters, digits and
// '-'. Two codes that would meet get the account's id behind. beancount wants one of five roots in front: wallets are
// what the program owes (Liabilities), all else is Equity. Its commodities are capitals: "points" becomes POINTS. The
// code as stored stands beside each account. A debit is written positive, a credit negative.
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "core/money/money.hpp"
#include "core/store/ledger_store.hpp"

namespace tributary::store {
namespace {

using Write = std::function<void(std::string_view)>;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

std::string account_part(std::string_view part) {
    std::string legal;
    for (const char c : part) legal += is_upper(c) || is_lower(c) || is_digit(c) ? c : '-';
    if (legal.empty() || legal[0] == '-') return "X" + legal;
    legal[0] = to_upper(legal[0]);
    return legal;
}

std::string account_name(std::string_view code) {
    std::string name;
    for (size_t at = 0; at <= code.size();) {
        const size_t end = std::min(code.find('/', at), code.size());
        name += (name.empty() ? "" : ":") + account_part(code.substr(at, end - at));
        at = end + 1;
    }
    return name;
}

// beancount: capitals, digits and ' . _ - between, a capital first, a capital or digit last, 2 to 24 characters.
std::string beancount_commodity(std::string_view unit) {
    std::string legal;
    for (const char c : unit.substr(0, 20))
        legal += is_upper(to_upper(c)) || is_digit(c) || c == '.' ? to_upper(c) : '-';
    if (legal.empty() || !is_upper(legal[0])) legal = "X" + legal;
    if (legal.size() < 2 || legal.back() == '.' || legal.back() == '-') legal += 'X';
    return legal;
}

std::string hledger_commodity(std::string_view unit) {
    for (const char c : unit)
        if (!is_upper(c) && !is_lower(c)) return "\"" + std::string(unit) + "\"";
    return std::string(unit);
}

// Inside quotes, or in a comment: one line, nothing that ends it.
std::string one_line(std::string_view text, ExportFormat format) {
    std::string line;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20) line += ' ';
        else if ((c == '"' || c == '\\') && format == ExportFormat::beancount) (line += '\\') += c;
        else line += c;
    }
    return line;
}

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + '"';
}

struct Names {
    std::string account;  // as the format spells it
    std::string commodity;
    std::string code, unit;
    int exponent = 0;
};

class Exporter {
public:
    Exporter(Tx& tx, ExportFormat format, const Write& write) : tx_(tx), format_(format), write_(write) {
        name_accounts();
    }

    void run() {
        write_header();
        Rows rows = tx_.query(
            "SELECT seq, at, origin, origin_id, leg, kind, debit, credit, amount FROM transfer"
            " WHERE kind IN (0, 2) ORDER BY seq");
        while (rows.next()) write_transfer(rows);
    }

private:
    void name_accounts() {
        std::set<std::string> taken;
        Rows rows = tx_.query("SELECT id, code, unit FROM account ORDER BY id");
        while (rows.next()) {
            Names names;
            names.code = rows.string(1);
            names.unit = rows.string(2);
            names.exponent = exponent_of(names.unit);
            names.account = account_name(names.code);
            while (!taken.insert(names.account).second) names.account += fmt::format("-{}", rows.integer(0));
            if (format_ == ExportFormat::beancount)
                names.account = (names.code.starts_with("wallet/") ? "Liabilities:" : "Equity:") + names.account;
            names.commodity = commodity_of(names.unit);
            names_.emplace(rows.integer(0), std::move(names));
            order_.push_back(rows.integer(0));
        }
    }

    std::string commodity_of(const std::string& unit) {
        const auto known = commodities_.find(unit);
        if (known != commodities_.end()) return known->second;
        std::string name = format_ == ExportFormat::beancount ? beancount_commodity(unit) : hledger_commodity(unit);
        if (!taken_commodities_.insert(name).second) {
            name = fmt::format("{}.{}", name, commodities_.size());
            taken_commodities_.insert(name);
        }
        commodities_.emplace(unit, name);
        return name;
    }

    void write_header() {
        if (format_ == ExportFormat::csv)
            return write_("transfer,date,at,origin,origin_id,leg,kind,debit,credit,unit,amount\n");
        write_(
            "; Journal of the posted transfers of Tributary. Reserves and voids move no balance and are left out.\n"
            "; The account code a/b-c is written A:B-c here (capital first, only letters, digits and '-'); the code\n"
            "; itself stands beside the account. Debits are positive, credits negative.\n");
        if (format_ == ExportFormat::beancount)
            write_(
                "; In front stands Liabilities for wallets (owed to recipients) and Equity for all else; units are\n"
                "; in capitals.\n\n");
        else write_("decimal-mark .\n\n");
        for (const auto& [unit, name] : commodities_) write_commodity(unit, name);
        for (const int64_t id : order_) write_account(names_.at(id));
        write_("\n");
    }

    void write_commodity(const std::string& unit, const std::string& name) {
        if (format_ == ExportFormat::beancount)
            return write_(fmt::format("1970-01-01 commodity {}\n  unit: \"{}\"\n", name, one_line(unit, format_)));
        const int exponent = exponent_of(unit);
        write_(fmt::format("commodity {} {}\n",
                           exponent == 0 ? "1000." : format_minor(1000 * power_of_ten(exponent), exponent), name));
    }

    static int64_t power_of_ten(int exponent) {
        int64_t power = 1;
        for (int i = 0; i < exponent; ++i) power *= 10;
        return power;
    }

    void write_account(const Names& names) {
        const std::string code = one_line(names.code, format_);
        if (format_ == ExportFormat::beancount)
            write_(fmt::format("1970-01-01 open {} {}\n  code: \"{}\"\n", names.account, names.commodity, code));
        else write_(fmt::format("account {}  ; code: {}\n", names.account, code));
    }

    void write_transfer(const Rows& rows) {
        const auto debit = names_.find(rows.integer(6)), credit = names_.find(rows.integer(7));
        if (debit == names_.end() || credit == names_.end())
            return tx_.refuse(fail(ErrorCode::corrupt,
                                   fmt::format("transfer {} names an account that does not exist", rows.integer(0))));
        const std::string date = iso_date(date_of_ms(rows.integer(1)));
        const std::string amount = format_minor(rows.integer(8), debit->second.exponent);
        const char* origin = ledger::name_of(static_cast<ledger::Origin>(rows.integer(2)));
        if (format_ == ExportFormat::csv)
            return write_(fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", rows.integer(0), date,
                                      iso_instant(rows.integer(1)), origin, rows.integer(3), rows.integer(4),
                                      rows.integer(5) == 0 ? "posted" : "post", csv_field(debit->second.code),
                                      csv_field(credit->second.code), csv_field(debit->second.unit), amount));
        const std::string title = fmt::format("{} {} leg {}", origin, rows.integer(3), rows.integer(4));
        if (format_ == ExportFormat::beancount)
            write_(fmt::format("{} * \"{}\"\n  transfer: {}\n", date, title, rows.integer(0)));
        else write_(fmt::format("{} * ({}) {}\n", date, rows.integer(0), title));
        write_(fmt::format("    {}  {} {}\n    {}  -{} {}\n\n", debit->second.account, amount,
                           debit->second.commodity, credit->second.account, amount, credit->second.commodity));
    }

    Tx& tx_;
    const ExportFormat format_;
    const Write& write_;
    std::unordered_map<int64_t, Names> names_;
    std::vector<int64_t> order_;
    std::map<std::string, std::string> commodities_;  // unit → as the format spells it
    std::set<std::string> taken_commodities_;
};

}  // namespace

void export_journal(Tx& tx, ExportFormat format, const std::function<void(std::string_view)>& write) {
    Exporter(tx, format, write).run();
}

}  // namespace tributary::store
