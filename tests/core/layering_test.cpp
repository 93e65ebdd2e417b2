// What may include what. app → ui → core, nothing back; and core's folders in one order.
#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace {

/// The folders of core, lowest first: each may include itself and the ones above its own row.
constexpr std::array<std::string_view, 10> kOrder = {
    "base",       // results, indices
    "tensor",     // arrays, products
    "text",       // tokenizers; base alone (see kBaseOnly)
    "attention",  // the mechanism
    "recurrent",  // another mechanism, to compare with
    "trace",      // what a forward pass leaves behind
    "model",      // weights and the forward pass
    "analysis",   // functions of a trace
    "io",         // foreign formats
    "train",      // corpus, backward passes, trainer
};

/// Folders that may include base/ and nothing else of core.
constexpr std::array<std::string_view, 1> kBaseOnly = {"text"};

/// What prints or ends the program, which is up to ui and app; and what throws, where core returns a Result.
constexpr std::array<std::string_view, 16> kForbiddenInCore = {
    "cout", "cerr",  "clog",  "iostream",   "printf", "fprintf",   "puts",  "putchar",
    "exit", "abort", "_Exit", "quick_exit", "perror", "terminate", "throw", "qDebug",
};

struct Include
{
    std::string path;
    bool quoted;
};

std::vector<Include> includesOf(const std::string& source)
{
    std::vector<Include> includes;
    std::istringstream lines(source);
    for (std::string line; std::getline(lines, line);) {
        std::erase_if(line, [](unsigned char c) { return std::isspace(c) != 0; });
        if (line.starts_with("#include\"")) {
            includes.push_back({line.substr(9, line.find('"', 9) - 9), true});
        } else if (line.starts_with("#include<")) {
            includes.push_back({line.substr(9, line.find('>') - 9), false});
        }
    }
    return includes;
}

/// The words of C++ source outside comments and string and character literals (which core does not write raw).
std::vector<std::string> wordsOf(const std::string& source)
{
    std::vector<std::string> words;
    const auto isWord = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    for (std::size_t i = 0; i < source.size();) {
        if (source.compare(i, 2, "//") == 0) {
            i = std::min(source.find('\n', i), source.size());
        } else if (source.compare(i, 2, "/*") == 0) {
            i = std::min(source.find("*/", i), source.size());
            i += 2;
        } else if (source[i] == '"' || source[i] == '\'') {
            const char quote = source[i];
            for (++i; i < source.size() && source[i] != quote; ++i) {
                i += source[i] == '\\' ? 1 : 0;
            }
            ++i;
        } else if (isWord(source[i])) {
            std::size_t end = i;
            // A quote inside a number separates its digits.
            const bool number = std::isdigit(static_cast<unsigned char>(source[i])) != 0;
            while (end < source.size() && (isWord(source[end]) || (number && source[end] == '\''))) {
                ++end;
            }
            words.push_back(source.substr(i, end - i));
            i = end;
        } else {
            ++i;
        }
    }
    return words;
}

bool isOfQt(const std::string& include)
{
    return include.size() > 1 && include[0] == 'Q' &&
           (include[1] == 't' || std::isupper(static_cast<unsigned char>(include[1])) != 0);
}

/// What a file of core/`folder` includes against the order, as sentences.
std::vector<std::string> wrongIncludes(std::string_view folder, const std::string& source)
{
    std::vector<std::string> wrong;
    const auto place = std::find(kOrder.begin(), kOrder.end(), folder);
    if (place == kOrder.end()) {
        return {"core/" + std::string(folder) + " has no place in the order"};
    }
    const bool baseOnly = std::find(kBaseOnly.begin(), kBaseOnly.end(), folder) != kBaseOnly.end();
    for (const auto& [path, quoted] : includesOf(source)) {
        if (isOfQt(path) || path == "qcustomplot.h") {
            wrong.push_back("includes Qt's " + path);
        } else if (quoted && !path.starts_with("core/")) {
            wrong.push_back("includes " + path + ", which is not in core");
        } else if (path.starts_with("core/")) {
            const std::string other = path.substr(5, path.find('/', 5) - 5);
            const auto otherPlace = std::find(kOrder.begin(), kOrder.end(), other);
            const bool allowed = baseOnly ? other == folder || other == "base" : otherPlace <= place;
            if (otherPlace == kOrder.end() || !allowed) {
                wrong.push_back("core/" + std::string(folder) + " includes " + path);
            }
        }
    }
    return wrong;
}

/// What a file of core says that it must not, as sentences.
std::vector<std::string> wrongWords(const std::string& source)
{
    std::vector<std::string> wrong;
    for (const std::string& word : wordsOf(source)) {
        if (std::find(kForbiddenInCore.begin(), kForbiddenInCore.end(), word) != kForbiddenInCore.end()) {
            wrong.push_back("says " + word);
        }
    }
    return wrong;
}

struct SourceFile
{
    std::string path;    ///< From the top folder.
    std::string folder;  ///< "attention" of core/attention/mask.h.
    std::string content;
};

std::vector<SourceFile> filesBelow(const std::string& top)
{
    namespace fs = std::filesystem;
    std::vector<SourceFile> files;
    const fs::path root = HEADLIGHT_SOURCE_DIR;
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
        const std::string extension = entry.path().extension().string();
        if (extension == ".h" || extension == ".cpp") {
            std::ifstream stream(entry.path(), std::ios::binary);
            const fs::path path = fs::relative(entry.path(), root);
            files.push_back({path.generic_string(), std::next(path.begin())->string(),
                             std::string(std::istreambuf_iterator<char>(stream), {})});
        }
    }
    return files;
}

TEST(Layering, CoreIncludesEarlierFoldersOfCoreOnlyAndNoQt)
{
    const std::vector<SourceFile> files = filesBelow("core");
    EXPECT_GE(files.size(), 40U) << "the walk must find core";
    for (const SourceFile& file : files) {
        for (const std::string& wrong : wrongIncludes(file.folder, file.content)) {
            ADD_FAILURE() << file.path << " " << wrong;
        }
    }
}

TEST(Layering, CoreNeitherPrintsNorExitsNorThrows)
{
    for (const SourceFile& file : filesBelow("core")) {
        for (const std::string& wrong : wrongWords(file.content)) {
            ADD_FAILURE() << file.path << " " << wrong;
        }
    }
}

TEST(Layering, UiDoesNotIncludeApp)
{
    for (const SourceFile& file : filesBelow("ui")) {
        for (const Include& include : includesOf(file.content)) {
            EXPECT_FALSE(include.path.starts_with("app/")) << file.path << " includes " << include.path;
        }
    }
}

TEST(Layering, NothingButTestsIncludesTests)
{
    for (const char* top : {"core", "ui", "app"}) {
        for (const SourceFile& file : filesBelow(top)) {
            for (const Include& include : includesOf(file.content)) {
                EXPECT_FALSE(include.path.starts_with("tests/")) << file.path << " includes " << include.path;
            }
        }
    }
}

TEST(WrongIncludes, SeesEveryKindOfViolation)
{
    using Wrong = std::vector<std::string>;
    EXPECT_EQ(wrongIncludes("attention", "#include \"core/tensor/types.h\"\n#include \"core/attention/mask.h\"\n"
                                         "#include <vector>\n#include <Eigen/Core>\n"),
              Wrong{});
    EXPECT_EQ(wrongIncludes("base", "#include \"core/tensor/types.h\"\n"),
              Wrong{"core/base includes core/tensor/types.h"});
    EXPECT_EQ(wrongIncludes("trace", "  #  include  \"core/model/model.h\"\n"),
              Wrong{"core/trace includes core/model/model.h"});
    EXPECT_EQ(wrongIncludes("trace", "#include <core/io/npy.h>\n"), Wrong{"core/trace includes core/io/npy.h"});
    EXPECT_EQ(wrongIncludes("text", "#include \"core/tensor/types.h\"\n#include \"core/text/token.h\"\n"),
              Wrong{"core/text includes core/tensor/types.h"});
    EXPECT_EQ(wrongIncludes("io", "#include \"core/elsewhere/x.h\"\n"), Wrong{"core/io includes core/elsewhere/x.h"});
    EXPECT_EQ(wrongIncludes("io", "#include \"ui/pages/page.h\"\n"),
              Wrong{"includes ui/pages/page.h, which is not in core"});
    EXPECT_EQ(wrongIncludes("io", "#include \"npy.h\"\n"), Wrong{"includes npy.h, which is not in core"});
    EXPECT_EQ(wrongIncludes("io", "#include <QString>\n"), Wrong{"includes Qt's QString"});
    EXPECT_EQ(wrongIncludes("io", "#include <QtCore/QFile>\n"), Wrong{"includes Qt's QtCore/QFile"});
    EXPECT_EQ(wrongIncludes("elsewhere", ""), Wrong{"core/elsewhere has no place in the order"});
}

TEST(WrongWords, SeesCodeButNotCommentsAndStrings)
{
    using Wrong = std::vector<std::string>;
    EXPECT_EQ(wrongWords("// throw\n/* abort */ const char* s = \"exit \\\" printf\"; char c = '\"'; int n = 1'000;"),
              Wrong{});
    EXPECT_EQ(wrongWords("std::snprintf(b, 3, \"x\"); bool throws = false;"), Wrong{});
    EXPECT_EQ(wrongWords("int n = 1'000; std::cerr << 'x'; /* a */ throw 3; // b\nstd::abort();"),
              (Wrong{"says cerr", "says throw", "says abort"}));
    EXPECT_EQ(wrongWords("#include <iostream>\n"), Wrong{"says iostream"});
}

}  // namespace
