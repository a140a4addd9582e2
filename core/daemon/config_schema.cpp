#include "core/daemon/config_schema.hpp"

namespace tributary::config {

const char* name_of(Type type) {
    switch (type) {
        case Type::text:
            return "text";
        case Type::name:
            return "name";
        case Type::path:
            return "path";
        case Type::address:
            return "IP address";
        case Type::url:
            return "URL";
        case Type::choice:
            return "choice";
        case Type::integer:
            return "whole number";
        case Type::boolean:
            return "true or false";
        case Type::amount:
            return "amount";
        case Type::unit:
            return "unit";
        case Type::currency:
            return "currency";
        case Type::text_list:
            return "list of texts";
        case Type::credential:
            return "credential";
        case Type::credential_list:
            return "list of credentials";
        case Type::table:
            return "table";
        case Type::table_list:
            return "list of tables";
    }
    return "text";
}

const Key* find_key(const Section& section, std::string_view name) {
    for (const Key& key : section.keys)
        if (name == key.name) return &key;
    return nullptr;
}

const Section* find_section(const FileKind& kind, std::string_view name) {
    for (const Section* section : kind.sections)
        if (name == section->name) return section;
    return nullptr;
}

}  // namespace tributary::config
