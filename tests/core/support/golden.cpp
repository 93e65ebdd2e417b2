#include "tests/core/support/golden.h"

#include <bit>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace headlight::test {

GoldenFile readGolden(const std::string& name)
{
    static_assert(std::endian::native == std::endian::little);
    const std::string path = HEADLIGHT_GOLDEN_DIR "/" + name + ".safetensors";
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        throw std::runtime_error("cannot read " + path + "; a script of tests/golden writes it");
    }
    const std::string content(std::istreambuf_iterator<char>(stream), {});
    std::uint64_t headerLength = 0;
    std::memcpy(&headerLength, content.data(), sizeof headerLength);
    const auto header = nlohmann::json::parse(content.substr(sizeof headerLength, headerLength));
    const std::string data = content.substr(sizeof headerLength + headerLength);

    GoldenFile file;
    for (const auto& [key, entry] : header.items()) {
        if (key == "__metadata__") {
            for (const auto& [field, value] : entry.items()) {
                file.metadata[field] = nlohmann::json::parse(value.get<std::string>());
            }
            continue;
        }
        Tensor tensor(entry.at("shape").get<Tensor::Shape>());
        const auto begin = entry.at("data_offsets").at(0).get<std::size_t>();
        const auto end = entry.at("data_offsets").at(1).get<std::size_t>();
        if (end > data.size() || end - begin != static_cast<std::size_t>(tensor.size()) * sizeof(float)) {
            throw std::runtime_error(path + " is damaged at " + key);
        }
        std::memcpy(tensor.matrix().data(), data.data() + begin, end - begin);
        file.tensors.emplace(key, std::move(tensor));
    }
    return file;
}

}  // namespace headlight::test
