#include "ui/plots/scaling_picture.h"

#include "ui/plots/colour_map.h"
#include "ui/plots/head_scaling_picture.h"
#include "ui/plots/random_scaling_picture.h"
#include "ui/plots/scaling_example_picture.h"

namespace headlight::ui {

std::unique_ptr<const PointablePicture> scalingPicture(const ScalingMeasurements& measured, const ViewOptions& options,
                                                       HeadAddress head)
{
    switch (options.scaling.show) {
    case ScalingShow::Random:
        if (!measured.random) {
            return nullptr;
        }
        return std::make_unique<RandomScalingPicture>(measured.random, options.scaling.headWidth);
    case ScalingShow::Example:
        return std::make_unique<ScalingExamplePicture>(options.scaling.seed, ColourMap::named(options.colourMap));
    case ScalingShow::Heads:
        if (!measured.of.trace) {
            return nullptr;
        }
        return std::make_unique<HeadScalingPicture>(
            measured.of.trace, measured.heads, head, measured.of.model->config.headWidth(),
            measured.error ? QString::fromStdString(measured.error->message) : QString());
    }
    return nullptr;
}

}  // namespace headlight::ui
