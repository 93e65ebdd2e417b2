#include "ui/session/background.h"

#include "core/tensor/matmul.h"

#include <sys/resource.h>

namespace headlight::ui {

void yieldToTheWindow()
{
    constexpr int kNiceness = 10;
    setpriority(PRIO_PROCESS, 0, kNiceness);  // Linux has a priority a thread.
    setProductThreads(1);
}

}  // namespace headlight::ui
