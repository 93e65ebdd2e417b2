// How long a tokenizer's patterns may take. May use the standard library only.
#pragma once

#include <chrono>

namespace headlight {

/// A limit on the time that all patterns together may take on one text: those of a foreign file may seem to have no end.
class Patience
{
public:
    explicit Patience(std::chrono::seconds limit = std::chrono::seconds(5)) : m_end(Clock::now() + limit) {}

    /// To be asked before each step, of some milliseconds at most. Looks at the clock only now and then.
    bool isSpent()
    {
        constexpr unsigned kStepsBetweenLooks = 32;
        m_isSpent = m_isSpent || (++m_steps % kStepsBetweenLooks == 0 && Clock::now() > m_end);
        return m_isSpent;
    }

private:
    using Clock = std::chrono::steady_clock;

    Clock::time_point m_end;
    unsigned m_steps = 0;
    bool m_isSpent = false;
};

}  // namespace headlight
