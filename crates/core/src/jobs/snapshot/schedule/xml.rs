//! Texts in XML.

/// Returns the text as it stands between tags, in ASCII: so no encoding has to be told, nor guessed.
pub(super) fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            ' '..='~' => escaped.push(letter),
            _ => escaped.push_str(&format!("&#{};", u32::from(letter))),
        }
    }
    escaped
}
