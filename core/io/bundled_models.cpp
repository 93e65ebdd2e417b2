#include "core/io/bundled_models.h"

#include "core/io/model_folder.h"

#include <array>
#include <mutex>

namespace headlight {
namespace {

struct OpenModels
{
    std::mutex mutex;
    std::array<std::weak_ptr<const Model>, 2> models;  ///< In the order of BundledModel.
};

OpenModels& openModels()
{
    static OpenModels models;
    return models;
}

}  // namespace

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
    OpenModels& open = openModels();
    const std::scoped_lock lock(open.mutex);
    std::weak_ptr<const Model>& known = open.models.at(static_cast<std::size_t>(model));
    if (std::shared_ptr<const Model> shared = known.lock()) {
        return shared;
    }
    Result<std::shared_ptr<const Model>> read = readModelFolder(bundledModelFolder(model));
    if (read) {
        known = *read;
    }
    return read;
}

bool isBundledModel(const Model& model, BundledModel bundled)
{
    OpenModels& open = openModels();
    const std::scoped_lock lock(open.mutex);
    return open.models.at(static_cast<std::size_t>(bundled)).lock().get() == &model;
}

}  // namespace headlight
