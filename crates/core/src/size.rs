//! Sizes as people write them: `20M`, `1.5 GB`, `64KiB`.

/// Reads a number of bytes with a unit of 1024: `K`, `M`, `G`, `T`, each perhaps with `B` or `iB` behind it; `None` if it is
/// none. What is larger than any number of bytes is the largest one.
pub fn parse_size(text: &str) -> Option<u64> {
    let is_of_number = |letter: char| letter.is_ascii_digit() || letter == '.';
    let unit_at = text.find(|letter| !is_of_number(letter));
    let (number, unit) = text.split_at(unit_at.unwrap_or(text.len()));
    let number: f64 = number.parse().ok()?;
    let bytes = number * factor(unit.trim_start_matches(' '))?;
    bytes.is_finite().then_some(bytes as u64)
}

fn factor(unit: &str) -> Option<f64> {
    const POWERS: &str = "KMGT";
    if matches!(unit, "" | "B") {
        return Some(1.0);
    }
    let (letter, behind) = unit.split_at_checked(1)?;
    let power = POWERS.find(&letter.to_ascii_uppercase())? + 1;
    matches!(behind, "" | "B" | "iB").then(|| 1024_f64.powi(power as i32))
}

#[cfg(test)]
mod tests {
    use super::parse_size;

    #[test]
    fn sizes_have_units_of_1024() {
        assert_eq!(parse_size("2GB"), Some(2 << 30));
        assert_eq!(parse_size("1.5 TiB"), Some(3 << 39));
        assert_eq!(parse_size("0"), Some(0));
        assert_eq!(parse_size("7B"), Some(7));
        for wrong in ["", "GB", "-1G", "2 PB", "2GB ", "two", "1e9", "\u{bd}G"] {
            assert_eq!(parse_size(wrong), None, "{wrong}");
        }
    }
}
