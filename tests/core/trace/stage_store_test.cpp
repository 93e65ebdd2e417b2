#include "core/trace/stage_store.h"

#include <gtest/gtest.h>

#include <vector>

namespace headlight::test {
namespace {

constexpr Index kMegabyte = (Index{1} << 20U) / static_cast<Index>(sizeof(float));

StageKey key(StageId id, Index layer)
{
    return {id, LayerIndex(layer)};
}

/// Outputs of 31 MB, each worked out from its layer's input, and counted.
class Doubler final : public StageSource
{
public:
    Doubler()
    {
        for (Index layer = 0; layer < 5; ++layer) {
            m_shapes[key(StageId::LayerInput, layer)] = {1, 1};
            m_shapes[key(StageId::LayerOutput, layer)] = {30, kMegabyte};
        }
    }

    const StageShapes& shapes() const override { return m_shapes; }

    std::shared_ptr<const Tensor> compute(const StageKey& wanted, const Find& find) const override
    {
        computed.push_back(wanted.layer.value);
        const float input = find({StageId::LayerInput, wanted.layer})->matrix()(0, 0);
        Tensor output = Tensor::unset(m_shapes.at(wanted));
        output.matrix().setConstant(2.0F * input);
        return std::make_shared<const Tensor>(std::move(output));
    }

    mutable std::vector<Index> computed;  ///< Layers, in the order in which they were.

private:
    StageShapes m_shapes;
};

StageTensors inputs()
{
    StageTensors kept;
    for (Index layer = 0; layer < 5; ++layer) {
        Tensor input({1, 1});
        input.matrix()(0, 0) = static_cast<float>(layer);
        kept[key(StageId::LayerInput, layer)] = std::make_shared<const Tensor>(std::move(input));
    }
    return kept;
}

TEST(StageStore, WorksOutWhatIsNotKeptAndRemembersAsMuchAsThereIsRoomFor)
{
    const auto source = std::make_shared<const Doubler>();
    const StageStore store(inputs(), source);
    EXPECT_EQ(store.find(key(StageId::LayerInput, 3))->matrix()(0, 0), 3.0F);
    EXPECT_TRUE(source->computed.empty());
    EXPECT_EQ(store.findReady(key(StageId::LayerOutput, 1)), nullptr);
    EXPECT_EQ(store.find(key(StageId::LayerOutput, 1))->matrix()(0, 0), 2.0F);
    EXPECT_EQ(store.find(key(StageId::LayerOutput, 2))->matrix()(29, 7), 4.0F);
    static_cast<void>(store.find(key(StageId::LayerOutput, 1)));
    EXPECT_EQ(source->computed, (std::vector<Index>{1, 2})) << "both are remembered";
    static_cast<void>(store.find(key(StageId::LayerOutput, 3)));
    static_cast<void>(store.find(key(StageId::LayerOutput, 1)));
    EXPECT_EQ(source->computed, (std::vector<Index>{1, 2, 3})) << "the one asked for least recently is forgotten";
    static_cast<void>(store.find(key(StageId::LayerOutput, 2)));
    EXPECT_EQ(source->computed, (std::vector<Index>{1, 2, 3, 2}));
}

TEST(StageStore, WorksNothingOutTwiceForOneQuestion)
{
    /// Layer n's output follows from that of layer n − 1, asked for twice; no room is left to remember any.
    class Chain final : public StageSource
    {
    public:
        const StageShapes& shapes() const override { return m_shapes; }

        std::shared_ptr<const Tensor> compute(const StageKey& wanted, const Find& find) const override
        {
            computed.push_back(wanted.layer.value);
            const Index before = wanted.layer.value - 1;
            if (before >= 0) {
                EXPECT_EQ(find(key(StageId::LayerOutput, before)), find(key(StageId::LayerOutput, before)));
            }
            return std::make_shared<const Tensor>(Tensor({100, kMegabyte}));
        }

        mutable std::vector<Index> computed;

    private:
        StageShapes m_shapes = {{key(StageId::LayerOutput, 0), {100, kMegabyte}},
                                {key(StageId::LayerOutput, 1), {100, kMegabyte}},
                                {key(StageId::LayerOutput, 2), {100, kMegabyte}}};
    };
    const auto source = std::make_shared<const Chain>();
    EXPECT_TRUE(StageStore({}, source).find(key(StageId::LayerOutput, 2)));
    EXPECT_EQ(source->computed, (std::vector<Index>{2, 1, 0}));
}

TEST(StageStore, RemembersTheTilesOfSlicesThatAreReadCellByCell)
{
    /// One huge stage whose every cell is its slice's number.
    class Huge final : public StageSource
    {
    public:
        const StageShapes& shapes() const override { return m_shapes; }

        std::shared_ptr<const Tensor> compute(const StageKey& /*wanted*/, const Find& /*find*/) const override
        {
            ADD_FAILURE() << "it does not fit into memory";
            return nullptr;
        }

        bool hasMap(StageId /*stage*/) const override { return true; }

        std::shared_ptr<const AttentionMap> map(StageId /*stage*/, HeadAddress head,
                                                const Find& /*find*/) const override
        {
            class Constant final : public AttentionMap
            {
            public:
                explicit Constant(float value) : m_value(value) {}
                Index rows() const override { return 100'000; }
                Index cols() const override { return 100'000; }
                float at(TokenIndex /*query*/, TokenIndex /*key*/) const override { return m_value; }
                RowVector row(TokenIndex /*query*/) const override { return RowVector::Constant(cols(), m_value); }

                Matrix tile(IndexRange /*rows*/, IndexRange /*cols*/, TileSize size) const override
                {
                    return Matrix::Constant(size.rows, size.cols, m_value);
                }

            private:
                float m_value;
            };
            opened.push_back(head.head.value);
            return std::make_shared<Constant>(static_cast<float>(head.head.value));
        }

        mutable std::vector<Index> opened;

    private:
        StageShapes m_shapes = {{key(StageId::Weights, 0), {20, 100'000, 100'000}}};
    };
    const auto source = std::make_shared<const Huge>();
    const auto store = std::make_shared<const StageStore>(StageTensors{}, source);
    const IndexRange all{0, 100'000};
    for (const int time : {1, 2}) {
        for (Index head = 0; head < 20; ++head) {
            const auto map = store->map(key(StageId::Weights, 0), head);
            ASSERT_EQ(map->rows(), 100'000);
            EXPECT_EQ(map->isQuick(all, all, {50, 50}), time == 2);
            EXPECT_EQ(map->tile(all, all, {50, 50})(49, 49), static_cast<float>(head));
        }
    }
    EXPECT_EQ(source->opened.size(), 20U) << "each was looked at once";
    EXPECT_EQ(store->map(key(StageId::Weights, 0), 3)->at(TokenIndex(7), TokenIndex(8)), 3.0F);
    EXPECT_EQ(source->opened.size(), 21U);
}

TEST(StageStore, KnowsTheShapesWithoutWorkingAnythingOut)
{
    const auto source = std::make_shared<const Doubler>();
    const StageStore store(inputs(), source);
    EXPECT_EQ(store.shapes().at(key(StageId::LayerOutput, 4)), (Tensor::Shape{30, kMegabyte}));
    EXPECT_EQ(store.find(key(StageId::Weights, 0)), nullptr);
    EXPECT_EQ(store.map(key(StageId::Weights, 0), 0), nullptr);
    EXPECT_EQ(store.row(key(StageId::Weights, 0), TokenIndex(0)).size(), 0);
    EXPECT_TRUE(source->computed.empty());
}

TEST(StageStore, WithoutASourceHasWhatIsKept)
{
    const StageStore store(inputs(), nullptr);
    EXPECT_EQ(store.shapes().size(), 5U);
    EXPECT_EQ(store.row(key(StageId::LayerInput, 2), TokenIndex(0))(0), 2.0F);
    EXPECT_EQ(store.find(key(StageId::LayerOutput, 2)), nullptr);
}

}  // namespace
}  // namespace headlight::test
