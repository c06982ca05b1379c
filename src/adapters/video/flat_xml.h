#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace isthmus {

/// The text of the first element `name` that is a child of the document's root: `"SUCCESS"` of `returncode` in
/// `<response><returncode>SUCCESS</returncode>…</response>`. Deeper elements are passed over, so that what people name
/// their metadata cannot pose as an answer.
///
/// It reads what one API writes, and nothing for anything else: no document type, no entities but the five of XML and
/// numbers of ASCII, no text beside elements in the root, at most 16 levels. A parser of all XML would be ten times as
/// large for the four texts that are wanted.
std::optional<std::string> child_text(std::string_view xml, std::string_view name);

}  // namespace isthmus
