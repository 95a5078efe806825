//! Names and notes in pages of Markdown.

/// Returns the text as it is seen on a page, on one line, in a cell of a table too.
///
/// What Markdown, its tables and GitHub's additions take for a mark gets a backslash; a line break would end an item or a
/// table, so controls become spaces.
pub(crate) fn in_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::in_markdown;

    #[test]
    fn nothing_in_a_text_is_taken_for_a_mark() {
        for (text, seen) in [
            ("plain text, 1-2 (three)!", "plain text, 1-2 (three)!"),
            ("a_b*c*`d`", r"a\_b\*c\*\`d\`"),
            ("a|b\\|c", r"a\|b\\\|c"),
            ("[x](y) <b>", r"\[x\](y) \<b\>"),
            ("&lt; ~~no~~ $x$", r"\&lt; \~\~no\~\~ \$x\$"),
            ("one\ntwo\r\n\tthree", "one two   three"),
        ] {
            assert_eq!(in_markdown(text), seen);
        }
    }
}
