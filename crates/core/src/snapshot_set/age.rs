//! Ages as people write them: `36h`, `14d`, `8w`.

/// Reads an age: a whole number of hours, days or weeks; returns microseconds.
pub fn parse_age_us(text: &str) -> Result<i64, String> {
    const HOUR_US: i64 = 3_600_000_000;
    let wrong = || format!("'{text}' is no age: a whole number and h, d or w, as in 14d");
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(wrong)?;
    let hours = match unit {
        "h" => 1,
        "d" => 24,
        "w" => 7 * 24,
        _ => return Err(wrong()),
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse::<i64>().ok().filter(|_| is_number);
    number
        .and_then(|number| number.checked_mul(hours * HOUR_US))
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::parse_age_us;

    #[test]
    fn ages() {
        assert_eq!(parse_age_us("36h"), Ok(36 * 3_600_000_000));
        assert_eq!(parse_age_us("2w"), Ok(14 * 24 * 3_600_000_000));
        for wrong in [
            "",
            "d",
            "14",
            "-1d",
            "+1d",
            "1.5d",
            "14m",
            "9999999999999999d",
            "½d",
        ] {
            assert!(parse_age_us(wrong).is_err(), "{wrong}");
        }
    }
}
