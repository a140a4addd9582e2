#include "connectors/feeds/x12/grammar.hpp"

#include <algorithm>
#include <stdexcept>

#include "connectors/feeds/x12/segment.hpp"

namespace tributary::x12 {

Grammar::Grammar(const SetFacts& facts, const Dictionary& dictionary)
    : facts_(&facts), dictionary_(&dictionary), columns_(dictionary.segment_count()) {
    Row set;
    set.name = facts.id;
    set.is_loop = true;
    rows_.push_back(set);
    std::vector<uint8_t> open = {0};  // the loop at each depth
    for (const RowFacts& fact : *facts.rows) {
        if (fact.since > dictionary.release()) continue;
        if (dictionary.find(tag_of(fact.tag)) == nullptr)
            throw std::logic_error("X12 tables: a set names an unknown tag");
        open.resize(size_t(fact.depth) + 1);
        Row row;
        row.tag = tag_of(fact.tag);
        row.name = fact.tag;
        row.parent = open.back();
        row.is_mandatory = fact.is_mandatory;
        row.times_max = fact.times_max;
        const auto index = uint8_t(rows_.size());
        Row& parent = rows_[row.parent];
        parent.is_loop = true;
        parent.has_mandatory_child |= fact.is_mandatory;
        if (parent.first_child == no_row) parent.first_child = index;
        rows_.push_back(row);
        open.push_back(index);
    }
    if (rows_.size() >= no_row) throw std::logic_error("X12 tables: a set has too many rows");
    for (size_t i = rows_.size(); i-- > 0;) {
        rows_[i].end_child = std::max(rows_[i].end_child, uint8_t(i + 1));
        if (rows_[i].parent == no_row) continue;
        Row& parent = rows_[rows_[i].parent];
        parent.end_child = std::max(parent.end_child, rows_[i].end_child);
    }
    next_.assign(rows_.size() * columns_, no_row);
    anywhere_.assign(rows_.size() * columns_, no_row);
    for (uint8_t row = 0; row < rows_.size(); ++row) {
        for (const Row& wanted : rows_) {
            const SegmentRule* segment = wanted.tag == 0 ? nullptr : dictionary.find(wanted.tag);
            if (segment == nullptr) continue;
            next_[row * columns_ + segment->index] = search(row, no_row, wanted.tag);
            anywhere_[row * columns_ + segment->index] = search_anywhere(row, wanted.tag);
        }
    }
}

uint8_t Grammar::child_from(uint8_t loop, uint8_t from, uint32_t tag) const {
    for (uint8_t child = from; child < rows_[loop].end_child; child = rows_[child].end_child) {
        if (rows_[child].tag == tag) return child;
    }
    return no_row;
}

// Forward from `row`: the rest of its loop, the loop again, then the rest of the loops around it.
uint8_t Grammar::search(uint8_t row, uint8_t after, uint32_t tag) const {
    uint8_t loop = rows_[row].is_loop ? row : rows_[row].parent;
    uint8_t from = rows_[row].is_loop ? rows_[row].first_child : row;
    while (true) {
        if (after != no_row && from <= after && after < rows_[loop].end_child) from = rows_[after].end_child;
        const uint8_t found = from == no_row ? no_row : child_from(loop, from, tag);
        if (found != no_row) return found;
        if (loop == 0) return no_row;
        from = loop;  // the loop itself may come again
        loop = rows_[loop].parent;
    }
}

uint8_t Grammar::next_after(uint8_t row, uint8_t after, uint32_t tag) const {
    return search(row, after, tag);
}

// Out of order: the nearest enclosing loop that has the tag itself, else the nearest that has it in an inner loop.
uint8_t Grammar::search_anywhere(uint8_t row, uint32_t tag) const {
    const uint8_t innermost = rows_[row].is_loop ? row : rows_[row].parent;
    for (uint8_t loop = innermost; loop != no_row; loop = rows_[loop].parent) {
        if (rows_[loop].first_child == no_row) continue;
        const uint8_t own = child_from(loop, rows_[loop].first_child, tag);
        if (own != no_row) return own;
    }
    for (uint8_t loop = innermost; loop != no_row; loop = rows_[loop].parent) {
        for (uint8_t inner = uint8_t(loop + 1); inner < rows_[loop].end_child; ++inner) {
            if (rows_[inner].tag == tag) return inner;
        }
    }
    return no_row;
}

void Matcher::begin(const Grammar& grammar) {
    grammar_ = &grammar;
    row_ = 0;
    seen_.assign(grammar.rows().size(), 0);
}

uint8_t Matcher::loop_of(uint8_t row) const {
    const Grammar::Row& at = grammar_->rows()[row];
    return at.is_loop ? row : at.parent;
}

Misfit Matcher::accept(const SegmentRule& segment, std::vector<Missing>& missing) {
    const auto& rows = grammar_->rows();
    const uint8_t target = grammar_->next(row_, segment.index);
    if (target == Grammar::no_row) {
        const uint8_t elsewhere = grammar_->anywhere(row_, segment.index);
        if (elsewhere == Grammar::no_row) return Misfit::not_in_set;
        move_to(elsewhere, missing);
        return Misfit::out_of_order;
    }
    const Grammar::Row& row = rows[target];
    // The common case: one more segment of the loop we are in, and nothing that could be missing.
    if (!row.is_loop && row.parent == loop_of(row_) && !rows[row.parent].has_mandatory_child) {
        row_ = target;
        if (++seen_[target] <= row.times_max || row.times_max == 0) return Misfit::none;
    } else {
        const Misfit misfit = move_to(target, missing);
        if (misfit == Misfit::none) return misfit;
    }
    const uint8_t other = grammar_->next_after(row_, target, segment.tag);
    if (other != Grammar::no_row && other > target && grammar_->rows()[other].parent == row.parent) {
        --seen_[target];
        return move_to(other, missing);
    }
    return row.is_loop ? Misfit::loop_too_often : Misfit::too_often;
}

Misfit Matcher::move_to(uint8_t target, std::vector<Missing>& missing) {
    const auto& rows = grammar_->rows();
    const Grammar::Row& row = rows[target];
    leave_to(target, missing);
    note_passed(row.parent, target, missing);
    if (row.is_loop) {
        for (uint8_t inner = uint8_t(target + 1); inner < row.end_child; ++inner) seen_[inner] = 0;
    }
    row_ = target;
    ++seen_[target];
    return row.times_max != 0 && seen_[target] > row.times_max ? Misfit::too_often : Misfit::none;
}

// Closes every loop we are in that does not hold the target, or that the target starts again.
void Matcher::leave_to(uint8_t target, std::vector<Missing>& missing) {
    const auto& rows = grammar_->rows();
    for (uint8_t loop = loop_of(row_); loop != 0; loop = rows[loop].parent) {
        if (grammar_->is_inside(target, loop) && target != loop) return;
        note_passed(loop, rows[loop].end_child, missing);
    }
}

void Matcher::note_passed(uint8_t loop, uint8_t before, std::vector<Missing>& missing) {
    const auto& rows = grammar_->rows();
    if (!rows[loop].has_mandatory_child) return;
    for (uint8_t child = rows[loop].first_child; child < before; child = rows[child].end_child) {
        if (!rows[child].is_mandatory || seen_[child] != 0) continue;
        seen_[child] = 1;  // said once
        missing.push_back({rows[child].name});
    }
}

void Matcher::end(std::vector<Missing>& missing) {
    const auto& rows = grammar_->rows();
    for (uint8_t loop = loop_of(row_);; loop = rows[loop].parent) {
        note_passed(loop, rows[loop].end_child, missing);
        if (loop == 0) return;
    }
}

}  // namespace tributary::x12
