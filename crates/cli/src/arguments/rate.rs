//! Rates: bytes a second as people write them.

/// Reads a number of bytes with a unit of 1024: `K`, `M`, `G`, `T`, each perhaps with `B` or `iB` behind it.
pub(super) fn parse_rate(text: &str) -> Result<u64, String> {
    const LEAST: f64 = 1024.0;
    let wrong = || format!("'{text}' is no rate: a number and K, M, G or T, as in 20M");
    let plain = text.trim_end_matches("iB").trim_end_matches('B');
    let (number, factor) = match plain.chars().last() {
        Some(unit @ ('k' | 'K' | 'm' | 'M' | 'g' | 'G' | 't' | 'T')) => {
            let power = "KMGT".find(unit.to_ascii_uppercase()).unwrap_or_default() + 1;
            let number = &plain[..plain.len() - unit.len_utf8()];
            (
                number,
                1024_f64.powi(i32::try_from(power).unwrap_or_default()),
            )
        }
        _ => (plain, 1.0),
    };
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    let bytes = number * factor;
    if !bytes.is_finite() || bytes < 0.0 {
        return Err(wrong());
    }
    if bytes < LEAST {
        return Err(format!("'{text}' is less than 1K a second"));
    }
    Ok(bytes as u64)
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
        for wrong in ["", "M", "-1M", "inf", "nan", "1X", "10", "1,5M"] {
            assert!(parse_rate(wrong).is_err(), "{wrong}");
        }
    }
}
