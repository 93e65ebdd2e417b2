#include "core/io/bundled_models.h"

#include "core/io/model_folder.h"

namespace headlight {

std::filesystem::path bundledModelFolder(BundledModel model)
{
    const std::filesystem::path name =
        std::filesystem::path("models") /
        (model == BundledModel::Small ? "headlight-small" : "headlight-small-masked-only");
    std::error_code problem;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", problem);
    const std::filesystem::path installed = program.parent_path() / HEADLIGHT_DATA_FROM_PROGRAM / name;
    if (!problem && std::filesystem::exists(installed, problem)) {
        return installed;
    }
    return std::filesystem::path(HEADLIGHT_RESOURCES) / name;
}

Result<std::shared_ptr<const Model>> readBundledModel(BundledModel model)
{
    return readModelFolder(bundledModelFolder(model));
}

}  // namespace headlight
