//! An agent of launchd, `launchd.plist(5)`: its arguments go to the program as they are.

use std::path::Path;

use super::{Job, Scheduled, TextFile, xml};
use crate::snapshot_set::{Schedule, TimeOfDay};

/// Monday, where Sunday is 0.
const MONDAY: u8 = 1;

pub(super) fn scheduled(job: &Job, home: &Path) -> Scheduled {
    let folder = home.join("Library/LaunchAgents");
    let path = folder.join(format!("{}.plist", job.name));
    Scheduled {
        files: vec![TextFile {
            path: path.clone(),
            text: agent(job),
        }],
        command: "launchctl bootstrap gui/$(id -u)".to_owned(),
        command_path: Some(path),
    }
}

fn agent(job: &Job) -> String {
    let arguments: String = [
        &job.program,
        "snapshot",
        "run",
        "--no-new-store",
        "--",
        &job.set,
    ]
    .iter()
    .map(|argument| format!("    <string>{}</string>\n", xml::text(argument)))
    .collect();
    let environment: String = job
        .environment
        .iter()
        .map(|(name, value)| {
            let (name, value) = (xml::text(name), xml::text(value));
            format!("    <key>{name}</key>\n    <string>{value}</string>\n")
        })
        .collect();
    let clock = |time: TimeOfDay| vec![("Hour", time.hour), ("Minute", time.minute)];
    let times = match job.schedule {
        Schedule::Hourly => vec![("Minute", 0)],
        Schedule::Daily(time) => clock(time),
        Schedule::Weekly(time) => [vec![("Weekday", MONDAY)], clock(time)].concat(),
    };
    let times: String = times
        .iter()
        .map(|(name, number)| format!("    <key>{name}</key>\n    <integer>{number}</integer>\n"))
        .collect();
    let name = xml::text(&job.name);
    format!(
        "<?xml version=\"1.0\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <!-- Written by 'lw snapshot schedule'. -->\n\
         <plist version=\"1.0\">\n\
         <dict>\n  \
           <key>Label</key>\n  \
           <string>{name}</string>\n  \
           <key>ProgramArguments</key>\n  \
           <array>\n\
         {arguments}  \
           </array>\n  \
           <key>EnvironmentVariables</key>\n  \
           <dict>\n\
         {environment}  \
           </dict>\n  \
           <key>StartCalendarInterval</key>\n  \
           <dict>\n\
         {times}  \
           </dict>\n  \
           <key>ProcessType</key>\n  \
           <string>Background</string>\n  \
           <key>LowPriorityIO</key>\n  \
           <true/>\n\
         </dict>\n\
         </plist>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::odd_job;
    use super::*;

    #[test]
    fn what_means_something_in_xml_is_escaped() {
        let scheduled = scheduled(&odd_job(), Path::new("/Users/ann"));
        let path = Path::new("/Users/ann/Library/LaunchAgents/lw-snapshot-home.plist");
        let expected = r#"<?xml version="1.0"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Written by 'lw snapshot schedule'. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>lw-snapshot-home</string>
  <key>ProgramArguments</key>
  <array>
    <string>/opt/a "b" 100% $HOME \n &amp; &lt;c&gt;/lw</string>
    <string>snapshot</string>
    <string>run</string>
    <string>--no-new-store</string>
    <string>--</string>
    <string>/home/ann/it's 5% ${x} \ "q" &amp; &lt;d&gt; &#233;.toml</string>
  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>DATA</key>
    <string>/d "1" %h $x \</string>
    <key>LW_HOME</key>
    <string>/home/ann/.local/state/linkwright</string>
  </dict>
  <key>StartCalendarInterval</key>
  <dict>
    <key>Hour</key>
    <integer>7</integer>
    <key>Minute</key>
    <integer>5</integer>
  </dict>
  <key>ProcessType</key>
  <string>Background</string>
  <key>LowPriorityIO</key>
  <true/>
</dict>
</plist>
"#;
        assert_eq!(scheduled.files[0].text, expected);
        assert_eq!(scheduled.files[0].path, path);
        assert_eq!(scheduled.command_path.as_deref(), Some(path));
    }

    #[test]
    fn times() {
        let agent_with = |schedule| {
            agent(&Job {
                schedule,
                ..odd_job()
            })
        };
        let hourly = agent_with(Schedule::Hourly);
        assert!(hourly.contains("<key>Minute</key>\n    <integer>0</integer>\n  </dict>"));
        assert!(!hourly.contains("<key>Hour</key>"));
        let weekly = agent_with(Schedule::Weekly(TimeOfDay::default()));
        assert!(
            weekly.contains("<key>Weekday</key>\n    <integer>1</integer>\n    <key>Hour</key>")
        );
    }
}
