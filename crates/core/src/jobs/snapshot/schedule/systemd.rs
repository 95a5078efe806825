//! A service and a timer of systemd, for one user.
//!
//! `systemd.syntax(7)` and `systemd.service(5)`, "Command lines": in double quotes, `\` begins an escape, `%` a specifier, and in the
//! arguments of a command, but not in its program, `$` a variable.

use std::path::Path;

use super::{Job, Scheduled, TextFile};
use crate::snapshot_set::{Schedule, TimeOfDay};

pub(super) fn scheduled(job: &Job, config: &Path) -> Scheduled {
    let folder = config.join("systemd/user");
    let file = |suffix: &str, text: String| TextFile {
        path: folder.join(format!("{}.{suffix}", job.name)),
        text,
    };
    Scheduled {
        files: vec![file("service", service(job)), file("timer", timer(job))],
        command: format!("systemctl --user enable --now {}.timer", job.name),
        command_path: None,
    }
}

fn service(job: &Job) -> String {
    let environment: String = job
        .environment
        .iter()
        .map(|(name, value)| format!("Environment={}\n", quoted(&format!("{name}={value}"))))
        .collect();
    let (name, set) = (&job.name, argument(&job.set));
    // "Executable name contains special characters", says systemd of these, however they are written.
    let program = match job.program.contains(['"', '\'', '\\']) {
        true => format!(
            "/bin/sh -c {} {}",
            argument(r#"exec "$0" "$@""#),
            argument(&job.program)
        ),
        false => quoted(&job.program),
    };
    format!(
        "# Written by 'lw snapshot schedule'.\n\
         [Unit]\n\
         Description={name}: take a snapshot and forget what is not kept\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         {environment}\
         ExecStart={program} snapshot run --no-new-store -- {set}\n\
         Nice=10\n\
         IOSchedulingClass=best-effort\n\
         IOSchedulingPriority=7\n"
    )
}

fn timer(job: &Job) -> String {
    let clock = |time: TimeOfDay| format!("*-*-* {:02}:{:02}:00", time.hour, time.minute);
    let when = match job.schedule {
        Schedule::Hourly => "*-*-* *:00:00".to_owned(),
        Schedule::Daily(time) => clock(time),
        Schedule::Weekly(time) => format!("Mon {}", clock(time)),
    };
    let name = &job.name;
    format!(
        "# Written by 'lw snapshot schedule'.\n\
         [Unit]\n\
         Description={name}: when a snapshot is taken\n\
         \n\
         [Timer]\n\
         OnCalendar={when}\n\
         Persistent=true\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n"
    )
}

fn argument(text: &str) -> String {
    quoted(text).replace('$', "$$")
}

fn quoted(text: &str) -> String {
    let inside = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('%', "%%");
    format!("\"{inside}\"")
}

#[cfg(test)]
mod tests {
    use super::super::tests::odd_job;
    use super::*;

    #[test]
    fn what_means_something_to_systemd_is_escaped() {
        let scheduled = scheduled(&odd_job(), Path::new("/home/ann/.config"));
        let paths: Vec<_> = scheduled.files.iter().map(|file| &file.path).collect();
        let folder = Path::new("/home/ann/.config/systemd/user");
        let service = folder.join("lw-snapshot-home.service");
        assert_eq!(paths, [&service, &folder.join("lw-snapshot-home.timer")]);
        let expected = r#"# Written by 'lw snapshot schedule'.
[Unit]
Description=lw-snapshot-home: take a snapshot and forget what is not kept

[Service]
Type=oneshot
Environment="DATA=/d \"1\" %%h $x \\"
Environment="LW_HOME=/home/ann/.local/state/linkwright"
ExecStart=/bin/sh -c "exec \"$$0\" \"$$@\"" "/opt/a \"b\" 100%% $$HOME \\n & <c>/lw" snapshot run --no-new-store -- "/home/ann/it's 5%% $${x} \\ \"q\" & <d> é.toml"
Nice=10
IOSchedulingClass=best-effort
IOSchedulingPriority=7
"#;
        assert_eq!(scheduled.files[0].text, expected);
        let expected = "# Written by 'lw snapshot schedule'.
[Unit]
Description=lw-snapshot-home: when a snapshot is taken

[Timer]
OnCalendar=*-*-* 07:05:00
Persistent=true

[Install]
WantedBy=timers.target
";
        assert_eq!(scheduled.files[1].text, expected);
        let command = "systemctl --user enable --now lw-snapshot-home.timer";
        assert_eq!(scheduled.command, command);
    }

    #[test]
    fn a_program_is_named_plainly_where_systemd_lets_it() {
        let program = "/opt/100% $HOME ${x} & <c>/lw".to_owned();
        let job = Job {
            program,
            ..odd_job()
        };
        let line = "\nExecStart=\"/opt/100%% $HOME ${x} & <c>/lw\" snapshot run ";
        assert!(service(&job).contains(line), "{}", service(&job));
    }

    #[test]
    fn times() {
        let time = TimeOfDay {
            hour: 12,
            minute: 30,
        };
        for (schedule, line) in [
            (Schedule::Hourly, "OnCalendar=*-*-* *:00:00\n"),
            (Schedule::Weekly(time), "OnCalendar=Mon *-*-* 12:30:00\n"),
            (
                Schedule::Daily(TimeOfDay::default()),
                "OnCalendar=*-*-* 00:00:00\n",
            ),
        ] {
            let job = Job {
                schedule,
                ..odd_job()
            };
            assert!(timer(&job).contains(line), "{line}");
        }
    }
}
