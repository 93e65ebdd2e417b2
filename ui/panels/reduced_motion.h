// Whether the person wants a still screen.
#pragma once

namespace headlight::ui {

/// Whether the desktop asks for no animations: Plasma's animation speed is "instant", or GTK's "gtk-enable-animations" is off. Qt
/// passes on neither, so their files are read.
bool prefersReducedMotion();

}  // namespace headlight::ui
