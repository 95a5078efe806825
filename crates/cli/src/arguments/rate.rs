//! Rates: bytes a second as people write them.

use lw_core::size::parse_size;

/// Reads a number of bytes with a unit of 1024: `K`, `M`, `G`, `T`, each perhaps with `B` or `iB` behind it.
pub(super) fn parse_rate(text: &str) -> Result<u64, String> {
    const LEAST: u64 = 1024;
    let wrong = || format!("'{text}' is no rate: a number and K, M, G or T, as in 20M");
    let bytes = parse_size(text).ok_or_else(wrong)?;
    if bytes < LEAST {
        return Err(format!("'{text}' is less than 1K a second"));
    }
    Ok(bytes)
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
