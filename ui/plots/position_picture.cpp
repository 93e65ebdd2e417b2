#include "ui/plots/position_picture.h"

#include "ui/plots/position_distance_picture.h"
#include "ui/plots/position_shift_picture.h"
#include "ui/plots/wavelength_picture.h"

#include <cassert>

namespace headlight::ui {

std::unique_ptr<const PointablePicture> positionSidePicture(const PositionsInUse& inUse, const PositionOptions& options,
                                                            const Selection& shown)
{
    switch (options.show) {
    case PositionShow::Encoding:
        break;
    case PositionShow::Distance:
        return std::make_unique<PositionDistancePicture>(inUse, options, shown);
    case PositionShow::Wavelengths:
        return std::make_unique<WavelengthPicture>(inUse, options, shown);
    case PositionShow::Shift:
        return std::make_unique<PositionShiftPicture>(inUse, options, shown);
    }
    assert(false);
    return nullptr;
}

std::shared_ptr<const Picture> positionPicture(const PositionsInUse& inUse, const PositionOptions& options,
                                               const Selection& shown)
{
    if (options.show == PositionShow::Encoding) {
        return std::make_shared<PositionsPicture>(inUse, options, shown);
    }
    return positionSidePicture(inUse, options, shown);
}

}  // namespace headlight::ui
