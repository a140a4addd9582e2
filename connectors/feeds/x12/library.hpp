// All compiled tables: dictionaries and grammars for every release that is read. Built once by the connector and
// shared, read only, by its sessions.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "connectors/feeds/x12/dictionary.hpp"
#include "connectors/feeds/x12/grammar.hpp"

namespace tributary::x12 {

class Library {
public:
    Library() : r004010_(Release::r004010), r005010_(Release::r005010) {
        for (const SetFacts& facts : set_table()) {
            grammars_.push_back(std::make_unique<Grammar>(facts, r004010_));
            grammars_.push_back(std::make_unique<Grammar>(facts, r005010_));
        }
    }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    const Dictionary& dictionary(Release release) const { return release == Release::r004010 ? r004010_ : r005010_; }
    const Grammar* find(std::string_view set_id, Release release) const {
        for (const auto& grammar : grammars_) {
            if (grammar->facts().id == set_id && grammar->dictionary().release() == release) return grammar.get();
        }
        return nullptr;
    }
    bool knows_group(std::string_view functional_id) const {
        for (const SetFacts& facts : set_table()) {
            if (facts.functional_id == functional_id) return true;
        }
        return false;
    }

private:
    Dictionary r004010_, r005010_;
    std::vector<std::unique_ptr<Grammar>> grammars_;
};

}  // namespace tributary::x12
