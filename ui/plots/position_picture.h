// The picture of positions that the options ask for.
#pragma once

#include "ui/plots/picture.h"
#include "ui/plots/pointable_picture.h"
#include "ui/plots/positions_picture.h"

#include <memory>

namespace headlight::ui {

/// Of every side but the encoding.
std::unique_ptr<const PointablePicture> positionSidePicture(const PositionsInUse& inUse, const PositionOptions& options,
                                                            const Selection& shown);

/// Of any side.
std::shared_ptr<const Picture> positionPicture(const PositionsInUse& inUse, const PositionOptions& options,
                                               const Selection& shown);

}  // namespace headlight::ui
