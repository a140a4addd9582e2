// Reads one section of a configuration file by its schema. The constructor reports everything that breaks the schema:
// unknown keys, wrong types, values out of range, what is missing. The getters then give the value, or the schema's
// default where there is none or it was refused. Borrows the values, the schema and the error list.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/daemon/config.hpp"
#include "core/daemon/config_schema.hpp"
#include "core/daemon/config_value.hpp"
#include "core/money/money.hpp"

namespace tributary::config {

struct SourceFile {
    std::string path;
    Value root;
    SourceErrors* errors = nullptr;
    void complain(Place place, std::string message) const {
        errors->push_back({path, place.line, place.column, std::move(message)});
    }
};

class Reader {
public:
    Reader(const SourceFile& file, const Section& section, const Value* table);

    bool is_present() const { return table_ != nullptr; }
    bool has(const char* key) const { return value(key) != nullptr; }
    std::string text(const char* key) const;
    std::string path(const char* key) const;  // made absolute by the file's directory; "" stays ""
    int64_t integer(const char* key) const;
    bool boolean(const char* key) const;
    std::optional<Decimal> amount(const char* key) const;
    std::vector<std::string> texts(const char* key) const;
    Credential credential(const char* key) const;  // name "" when absent
    std::vector<Credential> credentials(const char* key) const;
    Reader inner(const char* key) const;  // Type::table
    std::vector<Reader> inner_list(const char* key) const;

    Place place(const char* key) const;  // of the value, else of the section
    void complain(const char* key, std::string message) const { file_->complain(place(key), std::move(message)); }

private:
    void check_keys();
    void check(const Key& key, const Value& value);
    void refuse(const Key& key, const Value& value, const std::string& why);
    void expect(const Key& key, const Value& value, Value::Kind kind);
    bool is_refused(const Value& value) const;
    const Value* value(const char* key) const;  // nullptr: absent or refused
    const Key& key_of(const char* key) const;

    const SourceFile* file_;
    const Section* section_;
    const Value* table_;
    std::vector<const Value*> refused_;
};

// Checks the names of sections and reads them; a section that is missing reads as defaults.
void check_sections(const SourceFile& file, const FileKind& kind);
Reader read_section(const SourceFile& file, const FileKind& kind, const char* name);

// Free sections: nested tables flattened to dotted names, lists joined by commas.
std::vector<std::pair<std::string, std::string>> flatten(const SourceFile& file, const Value& table);

// "cred:name" or an error that never repeats the text: it may be a secret.
std::optional<Credential> credential_of(const SourceFile& file, const Value& value, const std::string& what);
std::string absolute_path(const SourceFile& file, const std::string& path);

}  // namespace tributary::config
