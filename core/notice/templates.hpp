// The templates of core/notice/templates/, embedded at build. A file <kind>.<language>.mustache is: the subject's line,
// a line "%% text", the plain text, a line "%% html", the HTML. Constant data; any thread.
#pragma once
#include <string_view>
#include <vector>

namespace tributary::notice {

struct Template {
    std::string_view kind, language, source;
};
const std::vector<Template>& templates();

}  // namespace tributary::notice
