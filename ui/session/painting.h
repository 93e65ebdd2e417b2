// A mask changed by hand.
#pragma once

namespace headlight::ui {

/// What a hand does to cells of a mask.
enum class Painting { Hide, Show };

}  // namespace headlight::ui
