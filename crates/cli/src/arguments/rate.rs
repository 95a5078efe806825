//! Rates: bytes a second as people write them.

/// Reads a number of bytes with a unit of 1024: `K`, `M`, `G`, `T`, each perhaps with `B` or `iB` behind it.
pub(super) fn parse_rate(text: &str) -> Result<u64, String> {
    const LEAST: f64 = 1024.0;
    let wrong = || format!("'{text}' is no rate: a number and K, M, G or T, as in 20M");
    let is_of_number = |letter: char| letter.is_ascii_digit() || letter == '.';
    let unit_at = text.find(|letter| !is_of_number(letter));
    let (number, unit) = text.split_at(unit_at.unwrap_or(text.len()));
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let bytes = number * factor(unit.trim_start_matches(' ')).ok_or_else(wrong)?;
    if !bytes.is_finite() {
        return Err(wrong());
    }
    if bytes < LEAST {
        return Err(format!("'{text}' is less than 1K a second"));
    }
    Ok(bytes as u64)
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
    use super::parse_rate;

    #[test]
    fn rates_have_units_of_1024() {
        assert_eq!(parse_rate("20M"), Ok(20 << 20));
        assert_eq!(parse_rate("1.5G"), Ok(3 << 29));
        assert_eq!(parse_rate("64KiB"), Ok(65536));
        assert_eq!(parse_rate("4096"), Ok(4096));
        assert_eq!(parse_rate("2 kB"), Ok(2048));
        assert_eq!(parse_rate("99999999999999999999T"), Ok(u64::MAX));
        for wrong in [
            "", "M", "-1M", "+5M", "inf", "nan", "1X", "10", "1,5M", "1e3M", " 5M", "5MBB",
            "5MiBiB", "4096iB", "5M ", "½M", "1.2.3M",
        ] {
            assert!(parse_rate(wrong).is_err(), "{wrong}");
        }
    }
}
