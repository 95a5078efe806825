//! A task of Windows' Task Scheduler, in its XML; `schtasks` reads it from a file.

use std::path::Path;

use super::{Job, Scheduled, TextFile, xml};
use crate::snapshot_set::{Schedule, TimeOfDay};

/// A Monday that has been: triggers need a beginning.
const FIRST_DAY: &str = "2024-01-01";

pub(super) fn scheduled(job: &Job, folder: &Path) -> Scheduled {
    let path = folder.join(format!("{}.xml", job.name));
    Scheduled {
        files: vec![TextFile {
            path: path.clone(),
            text: task(job),
        }],
        command: format!("schtasks /Create /TN {} /XML", job.name),
        command_path: Some(path),
    }
}

fn task(job: &Job) -> String {
    let name = xml::text(&job.name);
    let program = xml::text(&job.program);
    // No path of Windows holds a quote, and a file's does not end in a backslash.
    let arguments = format!("snapshot run --no-new-store -- \"{}\"", job.set);
    let arguments = xml::text(&arguments);
    let trigger = trigger(job.schedule);
    format!(
        "<?xml version=\"1.0\"?>\n\
         <!-- Written by 'lw snapshot schedule'. -->\n\
         <Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n  \
           <RegistrationInfo>\n    \
             <Description>{name}: take a snapshot and forget what is not kept</Description>\n  \
           </RegistrationInfo>\n  \
           <Triggers>\n\
         {trigger}  \
           </Triggers>\n  \
           <Settings>\n    \
             <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n    \
             <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>\n    \
             <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>\n    \
             <StartWhenAvailable>true</StartWhenAvailable>\n    \
             <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>\n    \
             <Priority>7</Priority>\n  \
           </Settings>\n  \
           <Actions>\n    \
             <Exec>\n      \
               <Command>{program}</Command>\n      \
               <Arguments>{arguments}</Arguments>\n    \
             </Exec>\n  \
           </Actions>\n\
         </Task>\n"
    )
}

fn trigger(schedule: Schedule) -> String {
    let begins = |time: TimeOfDay| {
        let (hour, minute) = (time.hour, time.minute);
        format!("      <StartBoundary>{FIRST_DAY}T{hour:02}:{minute:02}:00</StartBoundary>\n")
    };
    match schedule {
        Schedule::Hourly => format!(
            "    <TimeTrigger>\n      \
                   <Repetition>\n        \
                     <Interval>PT1H</Interval>\n      \
                   </Repetition>\n\
             {}    \
                 </TimeTrigger>\n",
            begins(TimeOfDay::default())
        ),
        Schedule::Daily(time) => format!(
            "    <CalendarTrigger>\n\
             {}      \
                   <ScheduleByDay>\n        \
                     <DaysInterval>1</DaysInterval>\n      \
                   </ScheduleByDay>\n    \
                 </CalendarTrigger>\n",
            begins(time)
        ),
        Schedule::Weekly(time) => format!(
            "    <CalendarTrigger>\n\
             {}      \
                   <ScheduleByWeek>\n        \
                     <DaysOfWeek>\n          \
                       <Monday/>\n        \
                     </DaysOfWeek>\n        \
                     <WeeksInterval>1</WeeksInterval>\n      \
                   </ScheduleByWeek>\n    \
                 </CalendarTrigger>\n",
            begins(time)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::odd_job;
    use super::*;

    #[test]
    fn what_means_something_in_xml_is_escaped() {
        let job = Job {
            program: r"C:\Program Files\a & b\lw.exe".to_owned(),
            set: "C:\\Users\\J\u{f6}rg & <Co>\\100%.toml".to_owned(),
            ..odd_job()
        };
        let scheduled = scheduled(&job, Path::new("state"));
        let expected = r#"<?xml version="1.0"?>
<!-- Written by 'lw snapshot schedule'. -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>lw-snapshot-home: take a snapshot and forget what is not kept</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2024-01-01T07:05:00</StartBoundary>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
  </Settings>
  <Actions>
    <Exec>
      <Command>C:\Program Files\a &amp; b\lw.exe</Command>
      <Arguments>snapshot run --no-new-store -- "C:\Users\J&#246;rg &amp; &lt;Co&gt;\100%.toml"</Arguments>
    </Exec>
  </Actions>
</Task>
"#;
        assert_eq!(scheduled.files[0].text, expected);
        let command = "schtasks /Create /TN lw-snapshot-home /XML";
        assert_eq!(scheduled.command, command);
    }

    #[test]
    fn times() {
        let hourly = trigger(Schedule::Hourly);
        assert!(hourly.contains("<Interval>PT1H</Interval>"), "{hourly}");
        let weekly = trigger(Schedule::Weekly(TimeOfDay {
            hour: 12,
            minute: 30,
        }));
        assert!(weekly.contains("<Monday/>"), "{weekly}");
        assert!(weekly.contains("2024-01-01T12:30:00"), "{weekly}");
    }
}
