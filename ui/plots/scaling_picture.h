// The pictures of what ÷√d does, from what was measured.
#pragma once

#include "ui/plots/pointable_picture.h"
#include "ui/session/scaling_runner.h"
#include "ui/session/view_options.h"

#include <memory>

namespace headlight::ui {

/// What the options ask to see; null where that was not measured.
///
/// @param head the one that is marked among the model's
std::unique_ptr<const PointablePicture> scalingPicture(const ScalingMeasurements& measured, const ViewOptions& options,
                                                       HeadAddress head);

}  // namespace headlight::ui
