//! `FreeRADIUS` as an access server: with a configuration of its own in a folder of its own, on loopback
//! and a free port, ended by its process id.

use std::{
    env, fs,
    io::{self, BufRead, BufReader},
    net::UdpSocket,
    path::Path,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

/// Where Debian and others put it.
const PROGRAMS: [&str; 4] = [
    "/usr/sbin/freeradius",
    "/usr/sbin/radiusd",
    "/usr/local/sbin/radiusd",
    "/opt/homebrew/sbin/radiusd",
];

/// `FreeRADIUS`, while it runs.
pub(crate) struct Peer {
    program: &'static str,
    folder: TempDir,
    process: Child,
    /// Where it listens.
    pub(crate) port: u16,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Peer {
    /// Starts it; none if it is not installed, which only a machine of CI must have.
    pub(crate) fn start(secret: &str) -> io::Result<Option<Self>> {
        let found = PROGRAMS.into_iter().find(|program| Path::new(program).exists());
        let Some(program) = found else {
            let why = "FreeRADIUS is not installed: apt-get install freeradius";
            assert!(env::var_os("CI").is_none(), "{why}");
            eprintln!("left out: {why}");
            return Ok(None);
        };
        // Free a moment ago: nobody else asks for it meanwhile.
        let port = UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = TempDir::new()?;
        fs::write(folder.path().join("radiusd.conf"), config(folder.path(), port, secret))?;
        let process = run(program, folder.path())?;
        Ok(Some(Self { program, folder, process, port }))
    }

    /// Ends it.
    pub(crate) fn stop(&mut self) {
        // It may have ended by itself.
        self.process.kill().unwrap_or_default();
        self.process.wait().map(|_| ()).unwrap_or_default();
    }

    /// Starts it again, where it was.
    pub(crate) fn again(&mut self) -> io::Result<()> {
        self.process = run(self.program, self.folder.path())?;
        Ok(())
    }
}

/// Runs it in the foreground, and waits until it says that it is ready.
fn run(program: &str, folder: &Path) -> io::Result<Child> {
    let mut command = Command::new(program);
    command.arg("-f").args(["-l", "stdout", "-d"]).arg(folder);
    let mut process =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut told = String::new();
    if let Some(output) = process.stdout.take() {
        let mut lines = BufReader::new(output);
        let mut line = String::new();
        while lines.read_line(&mut line)? > 0 {
            told.push_str(&line);
            if line.contains("Ready to process requests") {
                // What it says later goes nowhere, and does not stop it.
                std::thread::spawn(move || io::copy(&mut lines, &mut io::sink()));
                return Ok(process);
            }
            line.clear();
        }
    }
    Err(io::Error::other(format!("FreeRADIUS does not start:\n{told}")))
}

/// One client, and what it may ask for: `protected` is never touched, `away` is not on line, and everybody
/// else's session is changed by just the attributes that a service has.
fn config(folder: &Path, port: u16, secret: &str) -> String {
    let folder = folder.display();
    format!(
        r#"
prefix = /usr
logdir = {folder}
raddbdir = {folder}
run_dir = {folder}
db_dir = {folder}
pidfile = {folder}/radiusd.pid
max_request_time = 5
cleanup_delay = 0
security {{
    allow_core_dumps = no
    max_attributes = 200
    reject_delay = 0
}}
thread pool {{
    start_servers = 1
    max_servers = 2
}}
modules {{
    always ok {{
        rcode = ok
    }}
    always reject {{
        rcode = reject
    }}
}}
client mensal {{
    ipaddr = 127.0.0.1
    secret = {secret}
    require_message_authenticator = yes
}}
server nas {{
    listen {{
        type = coa
        ipaddr = 127.0.0.1
        port = {port}
    }}
    recv-coa {{
        if (!&Event-Timestamp || !&Message-Authenticator) {{
            update reply {{
                &Error-Cause = Missing-Attribute
            }}
            reject
        }}
        elsif (&User-Name == "protected") {{
            update reply {{
                &Error-Cause = Administratively-Prohibited
            }}
            reject
        }}
        elsif (&User-Name == "away") {{
            update reply {{
                &Error-Cause = Session-Context-Not-Found
            }}
            reject
        }}
        elsif (&Packet-Type == Disconnect-Request) {{
            ok
        }}
        elsif (&Mikrotik-Rate-Limit == "250000k/500000k") {{
            ok
        }}
        elsif (&Mikrotik-Rate-Limit == "256k/512k") {{
            ok
        }}
        elsif (&Mikrotik-Address-List == "mensal-suspended") {{
            ok
        }}
        else {{
            update reply {{
                &Error-Cause = Invalid-Attribute-Value
            }}
            reject
        }}
    }}
    send-coa {{
        ok
    }}
}}
"#
    )
}
