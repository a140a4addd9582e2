// tributary-generate: prints an 867 of any size to standard output (or --out), and the directory CSVs that go with it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/generator/generator.hpp"

namespace {

using tributary::generator::Options;

// "~", "\n", "0x1c": one byte.
char byte_of(const std::string& text) {
    if (text == "\\n") return '\n';
    if (text == "\\r") return '\r';
    if (text.size() > 2 && text.substr(0, 2) == "0x") return char(std::stoi(text.substr(2), nullptr, 16));
    if (text.size() != 1) throw CLI::ValidationError("a delimiter is one character, or a byte such as 0x1c");
    return text[0];
}

bool write_file(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) std::cerr << "tributary-generate: cannot write " << path << "\n";
    return bool(file);
}

}  // namespace

int main(int argc, char** argv) {
    namespace generator = tributary::generator;
    Options options;
    std::string format = "x12-867", out, directory, element = "*", component = ">", terminator = "~";
    bool is_on_one_line = false;
    CLI::App app{"Makes believable sell-out data; the same options give the same bytes"};
    app.add_option("--format", format, "x12-867")->check(CLI::IsMember({"x12-867"}));
    app.add_option("--lines", options.lines, "lines to write");
    app.add_option("--resellers", options.resellers);
    app.add_option("--reps", options.reps, "sales reps");
    app.add_option("--products", options.products);
    app.add_option("--families", options.families, "product families, at most 6");
    app.add_option("--unknown-products", options.unknown_products, "products that the directory does not hold");
    app.add_option("--unknown-reps", options.unknown_reps, "sales reps that the directory does not hold");
    app.add_option("--returns", options.returns_percent, "percent of the lines");
    app.add_option("--lines-per-set", options.lines_per_set)->check(CLI::Range(1, 999999));
    app.add_option("--seed", options.seed);
    app.add_option("--control-number", options.control_number)->check(CLI::Range(1, 999999999));
    app.add_option("--date", options.date, "of the report, yyyymmdd");
    app.add_flag("--test", options.is_test, "mark as test (ISA15 = T)");
    app.add_flag("--ack", options.wants_ack, "ask for a TA1 (ISA14 = 1)");
    app.add_option("--element", element, "element separator");
    app.add_option("--component", component, "component separator");
    app.add_option("--terminator", terminator, "segment terminator");
    app.add_flag("--one-line", is_on_one_line, "no line break after a segment");
    app.add_option("--out", out, "file to write instead of standard output");
    app.add_option("--directory", directory, "folder for parties.csv, persons.csv, products.csv, aliases.csv");
    try {
        app.parse(argc, argv);
        options.element = byte_of(element);
        options.component = byte_of(component);
        options.terminator = byte_of(terminator);
    } catch (const CLI::Error& error) {
        return app.exit(error);
    }
    if (is_on_one_line || options.terminator == '\n' || options.terminator == '\r') options.line_end.clear();

    const generator::World world = generator::make_world(options);
    if (!directory.empty()) {
        std::error_code ignored;
        std::filesystem::create_directories(directory, ignored);
        const std::filesystem::path folder(directory);
        const bool is_written = write_file(folder / "parties.csv", parties_csv(world)) &&
                                write_file(folder / "persons.csv", persons_csv(world)) &&
                                write_file(folder / "products.csv", products_csv(world)) &&
                                write_file(folder / "aliases.csv", aliases_csv(world));
        if (!is_written) return 73;  // EX_CANTCREAT
    }
    std::FILE* file = out.empty() ? stdout : std::fopen(out.c_str(), "wb");
    if (file == nullptr) {
        std::cerr << "tributary-generate: cannot write " << out << "\n";
        return 73;
    }
    generator::write_867(options, world,
                         [&](std::string_view bytes) { std::fwrite(bytes.data(), 1, bytes.size(), file); });
    const bool is_bad = std::ferror(file) != 0;
    const bool is_closed = std::fclose(file) == 0;
    return is_bad || !is_closed ? 74 : 0;  // EX_IOERR
}
