// Tokens that are found in a text before anything else is. May use base/ and text/ only.
#pragma once

#include "core/text/byte_trie.h"

#include <span>
#include <string>
#include <vector>

namespace headlight {

/// A token that no model cuts: a mark, as [MASK], or a word that was added to a vocabulary.
struct AddedToken
{
    std::int32_t id = 0;
    std::string content;
    bool special = false;     ///< A mark, and no text.
    bool normalized = false;  ///< Looked for in the normalized text, itself normalized; else in the text as it is.
    bool singleWord = false;  ///< Only where no letter or digit stands right beside it.
    bool lstrip = false;      ///< With the white space before it.
    bool rstrip = false;      ///< With the white space after it.
};

/// Where an added token stands.
struct AddedTokenMatch
{
    std::int32_t id = 0;
    ByteSpan range;
};

/// Finds added tokens in texts: the leftmost first, of several there the longest. Immutable and thread-safe.
class AddedTokenFinder
{
public:
    /// @param tokens with the spelling that is looked for as their content; of two with one spelling the first counts, and
    /// empty ones are never found
    explicit AddedTokenFinder(std::vector<AddedToken> tokens = {});

    /// In order. With rstrip a match may reach over the start of the next.  @param text valid UTF-8
    std::vector<AddedTokenMatch> find(std::string_view text) const;

private:
    std::vector<AddedToken> m_tokens;
    ByteTrie m_trie;  ///< Of places in m_tokens.
};

}  // namespace headlight
