//! The host of all gateways: it says what it was told to say, whatever it is asked.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

/// What whoever signs in is given, if nothing else is said of it.
const TOKEN: &str = r#"{"access_token":"token","expires_in":3600}"#;
/// How the paths end by which gateways are signed in to.
const SIGN_IN: &str = "/token";
/// The largest request that is read: orders are of some hundred bytes.
const LARGEST: u64 = 64 * 1024;

/// An answer.
pub(super) struct Answer {
    status: u16,
    /// Whether it is one to signing in.
    pub(super) to_sign_in: bool,
    body: String,
}

impl Answer {
    /// Reads one: a line with its status, then its body.
    pub(super) fn read(text: &str) -> Self {
        let (status, body) = text.split_once('\n').unwrap_or((text, ""));
        let (status, what) = status.split_once(' ').unwrap_or((status, ""));
        // What is below says that the answer is still to come, and is none.
        let status = status.parse().ok().filter(|status| (200..=599).contains(status));
        Self { status: status.unwrap_or(200), to_sign_in: what == "token", body: body.to_owned() }
    }
}

#[derive(Default)]
struct Script {
    answers: VecDeque<Answer>,
    asked: Vec<String>,
}

/// A host on this machine.
pub(super) struct Host {
    pub(super) address: String,
    script: Arc<Mutex<Script>>,
}

fn locked(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Host {
    /// Starts one on a free port. It runs as long as the program does.
    pub(super) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}", listener.local_addr()?);
        let script = Arc::<Mutex<Script>>::default();
        let known = Arc::clone(&script);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let script = Arc::clone(&known);
                // Whoever hangs up has heard enough.
                thread::spawn(move || serve(&stream, &script).unwrap_or_default());
            }
        });
        Ok(Self { address, script })
    }

    /// What it is to say from now on.
    pub(super) fn will_say(&self, answers: Vec<Answer>) {
        *locked(&self.script) = Script { answers: answers.into(), asked: Vec::new() };
    }

    /// What it was asked for since, `GET /v3/payments`.
    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.script).asked)
    }
}

/// Answers the requests of a connection, one after the other.
fn serve(stream: &TcpStream, script: &Mutex<Script>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(asked) = request(&mut reader)? {
        let (status, body) = answer(&asked, &mut locked(script));
        // Answers of these statuses have no body.
        let body = if matches!(status, 204 | 304) { String::new() } else { body };
        let length = body.len();
        let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\n\r\n{body}");
        (&mut &*stream).write_all(head.as_bytes())?;
    }
    Ok(())
}

/// Method and path of the next request; its body is passed over.
fn request(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<String>> {
    let mut first = String::new();
    if reader.take(LARGEST).read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.take(LARGEST).read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(told) = line.strip_prefix("content-length: ") {
            length = told.parse().unwrap_or(0).min(LARGEST);
        }
    }
    io::copy(&mut reader.take(length), &mut io::sink())?;
    Ok(Some(first.rsplit_once(' ').map_or(first.as_str(), |(asked, _)| asked).to_owned()))
}

fn answer(asked: &str, script: &mut Script) -> (u16, String) {
    script.asked.push(asked.to_owned());
    let path = asked.split('?').next().unwrap_or_default();
    let to_sign_in = path.ends_with(SIGN_IN);
    let place = script.answers.iter().position(|answer| answer.to_sign_in == to_sign_in);
    match place.and_then(|place| script.answers.remove(place)) {
        Some(answer) => (answer.status, answer.body),
        None if to_sign_in => (200, TOKEN.to_owned()),
        None => (503, String::new()),
    }
}
