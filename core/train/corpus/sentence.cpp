#include "core/train/corpus/sentence.h"

namespace headlight {

WrittenSentence written(const Sentence& sentence)
{
    WrittenSentence result;
    std::string& text = result.text;
    for (const Word& word : sentence.words) {
        const bool isClitic = word.text.find('\'') != std::string::npos && word.text.size() > 1;
        if (!text.empty() && !isClitic && word.kind != WordKind::Punctuation) {
            text += ' ';
        }
        result.starts.push_back(text.size());
        text += word.text;
    }
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    }
    return result;
}

}  // namespace headlight
