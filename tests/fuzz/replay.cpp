// Feeds a target the files of folders, once each: a regression test in builds without libFuzzer. Options, which are libFuzzer's, are
// passed over.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** arguments)
{
    std::vector<std::filesystem::path> files;
    for (const std::string_view argument : std::vector<std::string_view>(arguments + 1, arguments + count)) {
        if (!argument.starts_with('-')) {
            const std::filesystem::directory_iterator folder(argument);
            std::copy(begin(folder), end(folder), std::back_inserter(files));
        }
    }
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& file : files) {
        std::printf("%s\n", file.c_str());
        std::fflush(stdout);  // so that the last line names the input that crashed
        std::ifstream stream(file, std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    }
    std::printf("%zu inputs\n", files.size());
    return files.empty() ? 1 : 0;
}
