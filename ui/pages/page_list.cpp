#include "ui/pages/page_list.h"

#include "ui/pages/ablation_page.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/flow_page.h"
#include "ui/pages/heads_page.h"
#include "ui/pages/heatmap_page.h"
#include "ui/pages/pipeline_page.h"
#include "ui/pages/positions_page.h"
#include "ui/pages/recurrence_page.h"
#include "ui/pages/scaling_page.h"
#include "ui/pages/training_page.h"
#include "ui/pages/variants_page.h"

namespace headlight::ui {
namespace {

template <typename SomePage>
Page* make(Session& session)
{
    return new SomePage(session);
}

}  // namespace

const std::vector<PageEntry>& pageList()
{
    static const std::vector<PageEntry> list = {
        {QStringLiteral("heatmap"), QObject::tr("Heatmap"), PageLife::Model, PageNeeds::Trace, make<HeatmapPage>},
        {QStringLiteral("heads"), QObject::tr("Heads"), PageLife::Model, PageNeeds::Trace, make<HeadsPage>},
        {QStringLiteral("flow"), QObject::tr("Flow"), PageLife::Model, PageNeeds::Trace, make<FlowPage>,
         kLongestInFull},
        {QStringLiteral("pipeline"), QObject::tr("Pipeline"), PageLife::Model, PageNeeds::Model, make<PipelinePage>},
        {QStringLiteral("compare"), QObject::tr("Compare"), PageLife::Program, PageNeeds::Model, make<ComparePage>},
        {QStringLiteral("ablation"), QObject::tr("Ablation"), PageLife::Model, PageNeeds::Model, make<AblationPage>},
        {QStringLiteral("positions"), QObject::tr("Positions"), PageLife::Model, PageNeeds::Model, make<PositionsPage>},
        {QStringLiteral("scaling"), QObject::tr("Scaling"), PageLife::Model, PageNeeds::Model, make<ScalingPage>},
        {QStringLiteral("variants"), QObject::tr("Variants"), PageLife::Program, PageNeeds::Model, make<VariantsPage>},
        {QStringLiteral("recurrence"), QObject::tr("Recurrence"), PageLife::Program, PageNeeds::Model,
         make<RecurrencePage>},
        {QStringLiteral("training"), QObject::tr("Training"), PageLife::Program, PageNeeds::Trace, make<TrainingPage>},
    };
    return list;
}

QStringList pageNames()
{
    QStringList names;
    for (const PageEntry& page : pageList()) {
        names.append(page.name);
    }
    return names;
}

}  // namespace headlight::ui
