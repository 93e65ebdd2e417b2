// How core reports bad data: a must-use Result. A caller's bug asserts instead.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace headlight {

/// What kind of thing went wrong, for code that reacts to it. People read `Error::message`.
enum class ErrorCode {
    EmptyInput,
    InvalidArgument,  ///< A value that the caller chose.
    InvalidUtf8,
    Malformed,  ///< Data from outside that is not what it should be.
    ShapeMismatch,
    TooLong,
    NotFound,
    Unwritable,
    Cancelled,
};

/// A failure: `message` is one sentence that says what was found, what was expected and what to do.
struct Error
{
    ErrorCode code;
    std::string message;

    bool operator==(const Error&) const = default;
};

/// A value or the Error that prevented it; ignoring one is a compiler warning.
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error>
{
public:
    using tl::expected<T, Error>::expected;
};

/// `return failure(ErrorCode::EmptyInput, "…");` from any function that returns a Result.
[[nodiscard]] inline tl::unexpected<Error> failure(ErrorCode code, std::string message)
{
    return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace headlight
