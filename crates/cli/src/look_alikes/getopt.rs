//! Arguments as getopt_long(3) of the GNU C library reads them.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};

use lw_fs::{name_bytes, name_from_bytes};

/// Whether an option takes an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    Argument,
    /// Only behind `=`.
    Perhaps,
}

/// An option with a name of letters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Long {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    /// What it is known by.
    pub(super) key: char,
}

/// All options of a command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    /// Each letter is its own key.
    pub(super) short: &'static [(char, Takes)],
    pub(super) long: &'static [Long],
}

/// Whether options end at the first operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// They may stand anywhere.
    Any,
    /// As POSIX has it.
    OptionsFirst,
}

/// An option that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) key: char,
    pub(super) argument: Option<OsString>,
}

/// What the words of the command line are, read one option at a time.
#[derive(Debug)]
pub(super) struct Reader {
    options: Options,
    order: Order,
    waiting: VecDeque<OsString>,
    /// What is left of a word of short options.
    cluster: Vec<u8>,
    operands: Vec<OsString>,
}

impl Reader {
    pub(super) fn new(options: Options, order: Order, words: &[OsString]) -> Self {
        Self {
            options,
            order,
            waiting: words.iter().cloned().collect(),
            cluster: Vec::new(),
            operands: Vec::new(),
        }
    }

    /// Returns the next option, or what is wrong with it in the words of the C library.
    pub(super) fn next_option(&mut self) -> Option<Result<Given, Vec<u8>>> {
        if !self.cluster.is_empty() {
            return Some(self.short());
        }
        while let Some(word) = self.waiting.pop_front() {
            let bytes = name_bytes(&word);
            if bytes == b"--" {
                self.operands.extend(self.waiting.drain(..));
                return None;
            }
            if let Some(long) = bytes.strip_prefix(b"--") {
                let long = long.to_vec();
                return Some(self.long(&long));
            }
            if bytes.len() > 1 && bytes[0] == b'-' {
                self.cluster = bytes[1..].to_vec();
                return Some(self.short());
            }
            self.operands.push(word);
            if self.order == Order::OptionsFirst {
                self.operands.extend(self.waiting.drain(..));
            }
        }
        None
    }

    /// Returns what is no option.
    pub(super) fn operands(self) -> Vec<OsString> {
        self.operands
    }

    fn short(&mut self) -> Result<Given, Vec<u8>> {
        let letter = self.cluster.remove(0);
        let known = self
            .options
            .short
            .iter()
            .find(|(key, _)| u32::from(*key) == u32::from(letter));
        let Some(&(key, takes)) = known else {
            return Err([b"invalid option -- '", [letter].as_slice(), b"'"].concat());
        };
        let argument = match takes {
            Takes::Nothing | Takes::Perhaps => None,
            Takes::Argument if !self.cluster.is_empty() => {
                name_from_bytes(&std::mem::take(&mut self.cluster))
            }
            Takes::Argument => Some(self.waiting.pop_front().ok_or_else(|| {
                [
                    b"option requires an argument -- '",
                    [letter].as_slice(),
                    b"'",
                ]
                .concat()
            })?),
        };
        Ok(Given { key, argument })
    }

    fn long(&mut self, word: &[u8]) -> Result<Given, Vec<u8>> {
        let at = word.iter().position(|byte| *byte == b'=');
        let (name, value) = match at {
            Some(at) => (&word[..at], name_from_bytes(&word[at + 1..])),
            None => (word, None),
        };
        let long = self.find(word, name)?;
        let says = |text: &str| format!("option '--{}' {text}", long.name).into_bytes();
        let argument = match (long.takes, value) {
            (Takes::Nothing, Some(_)) => return Err(says("doesn't allow an argument")),
            (Takes::Argument, None) => {
                let next = self.waiting.pop_front();
                Some(next.ok_or_else(|| says("requires an argument"))?)
            }
            (_, value) => value,
        };
        Ok(Given {
            key: long.key,
            argument,
        })
    }

    /// Finds the option with this name, or the only one whose name begins with it.
    fn find(&self, word: &[u8], name: &[u8]) -> Result<Long, Vec<u8>> {
        let all = self.options.long;
        if let Some(exact) = all.iter().find(|long| long.name.as_bytes() == name) {
            return Ok(*exact);
        }
        let fitting: Vec<&Long> = all
            .iter()
            .filter(|long| long.name.as_bytes().starts_with(name))
            .collect();
        match fitting.as_slice() {
            [] => Err([b"unrecognized option '--", word, b"'"].concat()),
            [only] => Ok(**only),
            several => {
                let mut text = [b"option '--", word, b"' is ambiguous; possibilities:"].concat();
                for long in several {
                    text.extend(format!(" '--{}'", long.name).into_bytes());
                }
                Err(text)
            }
        }
    }
}

/// Returns the order that `POSIXLY_CORRECT` asks for.
pub(super) fn order_from_environment() -> Order {
    if std::env::var_os(OsStr::new("POSIXLY_CORRECT")).is_some() {
        Order::OptionsFirst
    } else {
        Order::Any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: Options = Options {
        short: &[('s', Takes::Nothing), ('t', Takes::Argument)],
        long: &[
            Long {
                name: "symbolic",
                takes: Takes::Nothing,
                key: 's',
            },
            Long {
                name: "suffix",
                takes: Takes::Argument,
                key: 'S',
            },
            Long {
                name: "backup",
                takes: Takes::Perhaps,
                key: 'b',
            },
        ],
    };

    fn read(order: Order, words: &str) -> (Vec<String>, Vec<String>) {
        let words: Vec<OsString> = words.split(' ').map(OsString::from).collect();
        let mut reader = Reader::new(OPTIONS, order, &words);
        let mut given = Vec::new();
        while let Some(option) = reader.next_option() {
            given.push(match option {
                Ok(Given {
                    key,
                    argument: None,
                }) => key.to_string(),
                Ok(Given {
                    key,
                    argument: Some(text),
                }) => format!("{key}={}", text.display()),
                Err(text) => String::from_utf8(text).unwrap(),
            });
        }
        let operands = reader.operands();
        let operands = operands.iter().map(|word| word.display().to_string());
        (given, operands.collect())
    }

    #[test]
    fn as_the_c_library_reads_them() {
        for (words, given, operands) in [
            (
                "a -s b -stx c",
                &["s", "s", "t=x"][..],
                &["a", "b", "c"][..],
            ),
            ("-t -s -- -s", &["t=-s"], &["-s"]),
            ("--sy --backup --backup=x y", &["s", "b", "b=x"], &["y"]),
            ("--suffix y -", &["S=y"], &["-"]),
            (
                "--s",
                &["option '--s' is ambiguous; possibilities: '--symbolic' '--suffix'"],
                &[],
            ),
            (
                "--sym=3",
                &["option '--symbolic' doesn't allow an argument"],
                &[],
            ),
            ("--su", &["option '--suffix' requires an argument"], &[]),
            ("-q", &["invalid option -- 'q'"], &[]),
            ("-t", &["option requires an argument -- 't'"], &[]),
            ("--x=y", &["unrecognized option '--x=y'"], &[]),
        ] {
            let (found, rest) = read(Order::Any, words);
            assert_eq!(
                (found.as_slice(), rest.as_slice()),
                (
                    &given.iter().map(ToString::to_string).collect::<Vec<_>>()[..],
                    &operands.iter().map(ToString::to_string).collect::<Vec<_>>()[..]
                ),
                "{words}"
            );
        }
        let (given, operands) = read(Order::OptionsFirst, "-s a -s");
        assert_eq!(
            (given, operands),
            (vec!["s".to_owned()], vec!["a".to_owned(), "-s".to_owned()])
        );
    }
}
