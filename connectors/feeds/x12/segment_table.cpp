// Segments and composites as tables: what stands at each place (M mandatory, O optional) and the rules between places.
// Add a row to add a segment. "?" is content that is not looked at; "+" may repeat; "(...)*n" stands n times.
#include "connectors/feeds/x12/dictionary.hpp"

namespace tributary::x12 {

const std::vector<SegmentFacts>& composite_table() {
    static const std::vector<SegmentFacts> table = {
        {"C001", "M355 O1018 O649 (O355 O1018 O649)*4", ""},  // unit of measure, also compound
        {"C030", "M722 O1528 O1686", ""},                     // position in a segment
        {"C040", "M128 M127 O128 O127 O128 O127", "P0304 P0506"},
    };
    return table;
}

const std::vector<SegmentFacts>& segment_table() {
    static const std::vector<SegmentFacts> table = {
        // Sales reports
        {"BPT", "M353 O127 M373 O755 O648 O649 O306 O337 O127 O640", "P0506"},
        {"PTD", "M521 O648 O649 O128 O127 O486", "P0203 P0405"},
        {"QTY", "M673 O380 OC001 O61", "R0204 E0204"},
        {"LIN", "O350 M235 M234 (O235 O234)*14",
         "P0405 P0607 P0809 P1011 P1213 P1415 P1617 P1819 P2021 P2223 P2425 P2627 P2829 P3031"},
        {"UIT", "MC001 O212 O639", "C0302"},
        {"SII", "M235 M234 M380 MC001 O212 O782 O649 O426", ""},
        {"PSA", "M66 M67 M9001 O9002 O9003", ""},
        {"PO3", "M371 O373 O236 O212 O639 M380 M355 O352", ""},
        {"PO4", "O356 O357 O355 O103 O187 O384 O355 O385 O355 O82 O189 O65 O355 O810 O752 O350 O350 O810", ""},
        {"ITA", "M248 O559 O560 M331 O341 O359 O360 O378 O332 O339 O355 O380 O352 O669 O822 O478 O9005", ""},
        {"DD", "O9004 O9005 O128 O127 O9004 O9005 O9006 O1073 O9004 O9005", ""},
        {"LDT", "M345 M380 M344 O373", ""},
        {"LCD", "M9007 O98 O9005 O373 (O9007)*16", ""},
        {"FA1", "M559 O1300 O248", ""},
        {"FA2", "M1196 M1195", ""},
        {"CTT", "M354 O347 O81 O355 O183 O355 O352", "P0304 P0506"},
        // Parties, references and dates, used nearly everywhere
        {"N1", "M98 O93 O66 O67 O706 O98", "R0203 P0304"},
        {"N2", "M93 O93", ""},
        {"N3", "M166 O166", ""},
        {"N4", "O19 O156 O116 O26 O309 O310", "C0605"},
        {"PER", "M366 O93 (O365 O364)*3 O443", "P0304 P0506 P0708"},
        {"REF", "M128 O127 O352 OC040", "R0203"},
        {"N9", "M128 O127 O369 O373 O337 O623 OC040", "R0203 C0605"},
        {"DTM", "M374 O373 O337 O623 O1250 O1251", "R020305 C0403 P0506"},
        {"CUR", "M98 M100 O280 O98 O100 O669 (O374 O373 O337)*5", ""},
        {"PRF", "M324 O328 O327 O373 O350 O367 O92", ""},
        {"MEA", "O737 O738 O739 OC001 O740 O741 O935 O936 O752 O1373", ""},
        {"AMT", "M522 M782 O478", ""},
        {"PID", "M349 O750 O559 O751 O352 O752 O822 O1073 O819", "C0403"},
        {"PWK", "M9005 O756 O757 O98 O66 O67 O352 O? O1073", "P0506"},
        {"PKG", "O349 O753 O559 O754 O352 O400", ""},
        {"MAN", "M88 M87 O87 O88 O87 O87", "P0405 C0605"},
        {"LM", "M559 O822", ""},
        {"LQ", "O1270 O1271", "C0102"},
        {"LX", "M554", ""},
        // Acknowledgements; 9010 and 9011 repeat what another sender wrote, right or wrong
        {"AK1", "M479 M9010 O480", ""},
        {"AK2", "M9011 M9010 O1705", ""},
        {"AK3", "M721 M719 O447 O720 (O720)*4", ""},
        {"AK4", "MC030 O725 M723 O724", ""},
        {"AK5", "M717 (O718)*5", ""},
        {"AK9", "M715 M97 M123 M2 (O716)*5", ""},
        {"IK3", "M721 M719 O447 O720", ""},
        {"IK4", "MC030 O725 M723 O724", ""},
        {"IK5", "M717 (O718)*5", ""},
        {"CTX", "M? (O?)*5", ""},
        // Set header and trailer
        {"ST", "M143 M329 O1705", ""},
        {"SE", "M96 M329", ""},
    };
    return table;
}

}  // namespace tributary::x12
