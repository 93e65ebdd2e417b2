#include "ui/learn/question_view.h"

#include "ui/learn/choice_view.h"
#include "ui/learn/draw_view.h"
#include "ui/learn/order_view.h"
#include "ui/learn/slider_view.h"
#include "ui/learn/token_view.h"

namespace headlight::ui {

QuestionView* QuestionView::make(const PreparedQuestion& question, QWidget* parent)
{
    const auto& kind = question.question.kind;
    if (std::holds_alternative<TokenQuestion>(kind)) {
        return new TokenView(question, parent);
    }
    if (std::holds_alternative<DrawQuestion>(kind)) {
        return new DrawView(question, parent);
    }
    if (std::holds_alternative<OrderQuestion>(kind)) {
        return new OrderView(question, parent);
    }
    if (std::holds_alternative<SliderQuestion>(kind)) {
        return new SliderView(question, parent);
    }
    return new ChoiceView(question, parent);
}

}  // namespace headlight::ui
