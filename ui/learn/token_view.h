// The tokens of a text, of which one is to be pointed out.
#pragma once

#include "ui/learn/button_view.h"

namespace headlight::ui {

/// A button a token, as words of a text.
class TokenView final : public ButtonView
{
    Q_OBJECT

public:
    TokenView(const PreparedQuestion& question, QWidget* parent);

    void reveal() override;
};

}  // namespace headlight::ui
