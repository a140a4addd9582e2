// Program files: every file of tests/golden/programs and what its reading must give, beside it in *.expected.
// UPDATE_GOLDEN=1 writes the expectations anew; read the difference before committing it.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "core/base/clock.hpp"
#include "tests/unit/rules/samples.hpp"

namespace tributary::rules {
namespace {

const std::filesystem::path source_dir = TRIBUTARY_SOURCE_DIR;

std::string file_text(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream out;
    out << stream.rdbuf();
    return out.str();
}

std::string summary_of(const Incentive& i) {
    std::string out =
        fmt::format("{} \"{}\": {} to {}, {}", i.code, i.title, name_of(i.kind), name_of(i.to), i.unit.code);
    if (i.kind == IncentiveKind::per_unit) out += fmt::format(", {} each", format_minor(i.rate_minor, i.unit));
    if (i.kind == IncentiveKind::share) out += fmt::format(", {} %", to_text(i.percent));
    if (i.kind == IncentiveKind::boost) out += fmt::format(", factor {}", to_text(i.factor));
    if (!i.of.empty()) out += fmt::format(" of {}", fmt::join(i.of, " "));
    out += fmt::format(", {}, {}..{}, budget {}\n", name_of(i.rounding), iso_date(i.valid_from), iso_date(i.valid_to),
                       format_minor(i.budget_minor, i.unit));
    if (i.when) out += fmt::format("    when {}\n", i.when->text());
    return out;
}

std::string reading_of(const std::string& text, const std::string& file) {
    SourceErrors errors;
    const auto program = parse_program(text, file, errors);
    EXPECT_EQ(bool(program), errors.empty());
    if (!program) return errors_text(errors);
    EXPECT_EQ(program->source, text);
    std::string out = fmt::format("program {} \"{}\", {}, {}\n", program->id, program->title, program->unit.code,
                                  program->time_zone);
    for (const auto& [name, countries] : program->clusters)
        out += fmt::format("cluster {}: {}\n", name, fmt::join(countries, " "));
    for (const Incentive& incentive : program->incentives) out += summary_of(incentive);
    return out;
}

TEST(ProgramFiles, ReadAsExpected) {
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(source_dir / "tests/golden/programs")) {
        if (entry.path().extension() != ".toml") continue;
        ++count;
        const std::string actual = reading_of(file_text(entry.path()), entry.path().filename());
        auto expected_path = entry.path();
        expected_path.replace_extension(".expected");
        if (std::getenv("UPDATE_GOLDEN")) std::ofstream(expected_path, std::ios::binary) << actual;
        EXPECT_EQ(actual, file_text(expected_path)) << entry.path();
        const bool is_good = entry.path().filename().string().starts_with("good_");
        EXPECT_EQ(actual.starts_with("program "), is_good) << entry.path();
    }
    EXPECT_GE(count, 8u);
}

TEST(ProgramFiles, OfTheConfigurationAreGood) {
    for (const auto& entry : std::filesystem::directory_iterator(source_dir / "config/programs.d")) {
        SourceErrors errors;
        EXPECT_TRUE(parse_program(file_text(entry.path()), entry.path().filename(), errors)) << errors_text(errors);
    }
}

// Blocks that open with [program] stand alone; others are continued from a small head.
TEST(Documentation, ExamplesAreGoodPrograms) {
    constexpr const char* head = "[program]\nid = 'doc'\ntitle = 'Doc'\nunit = 'points'\ntime_zone = 'Europe/Berlin'\n"
                                 "[clusters]\ndach = ['AT', 'CH', 'DE']\n";
    constexpr const char* base = "[[incentive]]\ncode = 'laser-spiff'\ntitle = 'Laser'\nkind = 'per_unit'\nto = 'rep'\n"
                                 "amount = 25\n";
    const std::string text = file_text(source_dir / "docs/incentives.md");
    size_t blocks = 0;
    for (size_t at = text.find("```toml\n"); at != std::string::npos; at = text.find("```toml\n", at)) {
        at += 8;
        std::string block = text.substr(at, text.find("```", at) - at);
        if (block.find("[program]") == std::string::npos) block = std::string(head) + base + block;
        ++blocks;
        SourceErrors errors;
        EXPECT_TRUE(parse_program(block, "docs/incentives.md", errors)) << errors_text(errors) << block;
    }
    EXPECT_GE(blocks, 5u);
}

TEST(ProgramText, PlacesMistakesInsideEveryKindOfString) {
    const std::string head =
        "[program]\nid='p'\ntitle='t'\nunit='points'\ntime_zone='UTC'\n[[incentive]]\ncode='c'\ntitle='t'\n"
        "kind='per_unit'\nto='rep'\namount=1\n";  // 11 lines
    struct Case { const char* when; const char* place; };
    for (const Case& c : {Case{"when = 'x.y == 1'", "12:9"},
                          {"when = \"'ö\\u00e4' in x.y\"", "12:22"},
                          {"when = \"\"\"x.y == 1\"\"\"", "12:11"},
                          {"when = '''\ntrue and\n  x.y == 1'''", "14:3"},
                          {"when = \"\"\"\r\ntrue and \\\r\n   x.y == 1\"\"\"", "14:4"},
                          {"when = \"true and \\n x.y == 1\"", "12:21"},
                          {"when = \"'\\t\\\\' in x.y\"", "12:19"}}) {
        SourceErrors errors;
        EXPECT_FALSE(parse_program(head + c.when + "\n", "p", errors));
        EXPECT_EQ(errors_text(errors), fmt::format("p:{}: unknown field 'x.y'\n", c.place)) << c.when;
    }
}

TEST(ProgramText, ForeignCharactersAreReadOrRefused) {
    for (const char* text : {"\uFE7Fx = 1", "\u02AA", "[&", "[\u00A7]", "x = \u2029", "x = \"\"\"\\\n\u00A7\"\"\"\n\u00A7"}) {
        SourceErrors errors;
        EXPECT_FALSE(parse_program(text, "p", errors)) << text;
        EXPECT_TRUE(errors_text(errors).starts_with("p:")) << errors_text(errors);
        EXPECT_NE(errors_text(errors).find("TOML: "), std::string::npos) << errors_text(errors);
    }
}

TEST(ProgramText, ManyMistakesComeTogetherAndTheErrorNamesTheFirst) {
    SourceErrors errors;
    const auto program = parse_program("[program]\n", "p", errors);
    ASSERT_FALSE(program);
    EXPECT_EQ(program.error().code, ErrorCode::invalid);
    EXPECT_EQ(program.error().message, "p:1:1: [program] needs 'id' (and 4 more)");
    EXPECT_FALSE(parse_program(std::string((1 << 20) + 1, '\n'), "p", errors));
    EXPECT_EQ(to_text(errors.back()), "p: larger than 1 MiB: split it into several programs");
}

}  // namespace
}  // namespace tributary::rules
