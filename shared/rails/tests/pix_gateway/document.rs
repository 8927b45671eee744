//! The Central Bank's own document: whatever the gateway asks of a bank, and whatever the bank of
//! these tests answers, is held against it by a validator of others, Prism, which stands in between.
//!
//! The document is at hand where `MENSAL_PIX_OPENAPI` names it, or beside the project at
//! `../shared/specs/pix-openapi.yaml`; Prism comes by npm, once, into the user's cache. Where one of
//! the two is missing the test is left out; under CI the document alone may be.

use std::{
    env, fs,
    io::{self, BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use jiff::Timestamp;
use mensal_domain::rail::Rail;
use mensal_rails::{
    gateway::{Collection, Enrollment, Gateway},
    pix::Txid,
};

use crate::{
    bank::{Bank, Style, collections::attempt},
    contract::{self, FarSide, Server, date, key, money, order, payer},
    far::{Far, method},
};

/// The validator.
const PRISM: (&str, &str) = ("@stoplight/prism-cli", "5.14.2");
/// What it says once it listens.
const LISTENS: &str = "Prism is listening";
/// What stands in whatever it says of a request or an answer that is not as the document has it. (A
/// connection that breaks off, as the suite wants it now and then, has no kind of error of its own.)
const WRONG: &str = "/prism/errors#";
/// For it to read the document.
const START: Duration = Duration::from_mins(1);

/// Faults of the document 2.9.0, each with what it should say, and how often it stands there. A
/// document that has mended one is to be read anew by people.
const FAULTS: [(&str, &str, usize); 12] = [
    // Patterns between slashes, which are of another language.
    (r#""/^\\d{11}$/""#, r#""^\\d{11}$""#, 12),
    (r#""/^\\d{7}$/""#, r#""^\\d{7}$""#, 2),
    // Required: what the bank gives, and what there is not.
    (r#"["idRec", "calendario","vinculo","retentativa"]"#, r#"["calendario", "vinculo"]"#, 1),
    (r#""status",atualizacao"]"#, r#""status", "atualizacao"]"#, 1),
    (
        "title: \"Pix Consultados\"\n      required: [\"parametros\", \"cobs\"]",
        "title: \"Pix Consultados\"\n      required: [\"parametros\", \"pix\"]",
        1,
    ),
    // Required of what bears a person, and meant of the person.
    (
        "required: [\"logradouro\", \"cidade\", \"uf\", \"cep\"]\n      properties:",
        "properties:",
        1,
    ),
    (
        "required: [\"ispbParticipante\"]\n      properties:\n        pagador:",
        "properties:\n        pagador:",
        1,
    ),
    // Paths of other hosts, on which payers' banks read what a code points to.
    ("  \"/{pixUrlAccessToken}\":\n", "  \"/location/{pixUrlAccessToken}\":\n", 1),
    ("  \"/cobv/{pixUrlAccessToken}\":\n", "  \"/location/cobv/{pixUrlAccessToken}\":\n", 1),
    ("  \"/rec/{recUrlAccessToken}\":\n", "  \"/location/rec/{recUrlAccessToken}\":\n", 1),
    // Locations have no scheme: as addresses they are none.
    ("format: uri\n", "x-format: uri\n", 11),
    // Not a fault: the bank of these tests sends its problems as plain JSON.
    ("application/problem+json", "application/json", 26),
];

/// Why the test is left out.
fn left_out(why: &str) {
    eprintln!("left out: requests are not held against the document of the Pix API: {why}");
}

/// The document, if it is at hand.
fn document() -> Option<PathBuf> {
    let named = env::var_os("MENSAL_PIX_OPENAPI").map(PathBuf::from);
    let beside =
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs/pix-openapi.yaml");
    named.or_else(|| Some(beside()).filter(|path| path.exists()))
}

/// The document without its faults.
fn mended(path: &Path) -> String {
    let mut text = fs::read_to_string(path).unwrap();
    for (fault, right, times) in FAULTS {
        assert_eq!(text.matches(fault).count(), times, "{fault}");
        text = text.replace(fault, right);
    }
    text
}

/// Prism, installed once: the folder is whole when it carries its mark.
fn prism() -> io::Result<PathBuf> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let home = || named("HOME").map_or_else(env::temp_dir, PathBuf::from).join(".cache");
    let cache = named("XDG_CACHE_HOME").map_or_else(home, PathBuf::from).join("mensal");
    let (package, version) = PRISM;
    let folder = cache.join(format!("prism-{version}"));
    let program = folder.join("node_modules").join(package).join("dist/index.js");
    fs::create_dir_all(&folder)?;
    // Two that install at once wait for each other.
    let lock = fs::File::create(folder.with_extension("lock"))?;
    lock.lock()?;
    if folder.join(".ready").exists() {
        return Ok(program);
    }
    eprintln!("installing Prism into {} …", folder.display());
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-fund", "--no-audit", "--ignore-scripts", "--prefix"]);
    let output =
        npm.arg(&folder).arg(format!("{package}@{version}")).stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(io::Error::other(format!("npm failed: {said}")));
    }
    fs::write(folder.join(".ready"), "")?;
    Ok(program)
}

/// Prism between the gateway and a bank; it ends with this.
struct Between {
    child: Child,
    address: String,
    said: Arc<Mutex<Vec<String>>>,
}

impl Between {
    fn start(program: &Path, document: &Path, bank: &str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut node = Command::new("node");
        node.arg(program).args([
            "proxy",
            "--errors",
            "--multiprocess",
            "false",
            "--host",
            "127.0.0.1",
        ]);
        node.args(["--port", &free.port().to_string()]).arg(document).arg(format!("{bank}/v2"));
        node.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = node.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let (listens, listening) = mpsc::channel();
        let kept = said.clone();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if line.contains(LISTENS) {
                    // Nobody waits for it twice.
                    listens.send(()).unwrap_or_default();
                }
                kept.lock().unwrap().push(line);
            }
        });
        let between = Self { child, address: format!("http://{free}"), said };
        assert!(listening.recv_timeout(START).is_ok(), "{:?}", between.said.lock().unwrap());
        between
    }

    /// What it has found wrong.
    fn violations(&self) -> Vec<String> {
        let said = self.said.lock().unwrap();
        said.iter().filter(|line| line.contains(WRONG)).cloned().collect()
    }
}

impl Drop for Between {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
        if thread::panicking() {
            eprintln!("{}", self.violations().join("\n"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_and_answered_is_as_the_document_has_it() {
    let Some(document) = document() else { return left_out("it is not at hand") };
    let must = env::var_os("CI").is_some();
    if !must && Command::new("npm").arg("--version").output().is_err() {
        return left_out("there is no npm");
    }
    let program = match prism() {
        Ok(program) => program,
        Err(why) if must => panic!("{why}"),
        Err(why) => return left_out(&why.to_string()),
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pix.yaml");
    fs::write(&path, mended(&document)).unwrap();
    let server = Server::start(Bank(Style::Document)).await;
    let between = Between::start(&program, &path, &server.address);
    let far = Far::through(Style::Document, server, &between.address, "");

    contract::offering(&far).await;
    contract::refunding(&far).await;
    contract::collecting(&far).await;
    overdue(&far).await;
    recurrences(&far).await;
    collections(&far).await;

    let violations = between.violations();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
    every_path_was_asked_for(&far);
}

async fn overdue(far: &Far) {
    let mut order = order(Rail::Pix, 40, "BRL");
    order.today = date("2026-11-25");
    far.pix.register(&order).await.unwrap();
    order.terms.amount = money("59.90", "BRL");
    far.pix.amend(&order, None).await.unwrap();
    far.pix.cancel(&order.key, None).await.unwrap();
}

async fn recurrences(far: &Far) {
    let order = Enrollment {
        account: "1042".parse().unwrap(),
        method: "pix".parse().unwrap(),
        rail: Rail::PixAutomatico,
        payer: payer(),
        locale: "pt-BR".parse().unwrap(),
        return_to: String::new(),
        starts_on: date("2026-12-20"),
        limit: None,
    };
    let enrolled = far.pix.enroll(&order).await.unwrap();
    assert_eq!(far.pix.enroll(&order).await.unwrap(), enrolled);
    let token = enrolled.reference.unwrap();
    for _ in 0..2 {
        far.pix.revoke(&method(token.as_str())).await.unwrap();
    }
}

async fn collections(far: &Far) {
    let collection = |serial, due: &str, today: &str| Collection {
        key: key(Rail::PixAutomatico, serial),
        method: far.method(Rail::PixAutomatico).unwrap(),
        amount: money("109.90", "BRL"),
        due: date(due),
        today: date(today),
        payer: payer(),
    };
    let first = collection(40, "2026-11-20", "2026-11-10");
    far.pix.collect(&first).await.unwrap();
    far.on("2026-11-21");
    {
        let mut books = far.server.books();
        let entry = books.charges.get_mut(Txid::of(&first.key).as_str()).unwrap();
        entry.asked["shown"]["status"] = "ATIVA".into();
        entry.asked["shown"]["tentativas"] = vec![attempt("2026-11-20", "AGND", "EXPIRADA")].into();
    }
    far.pix.collect(&collection(41, "2026-11-23", "2026-11-21")).await.unwrap();
    far.on("2026-11-10");
    far.pix.cancel(&key(Rail::PixAutomatico, 1), None).await.unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    far.pix.history(at("2026-11-01T00:00:00Z"), at("2026-11-30T00:00:00Z")).await.unwrap();
}

/// What is tested here is tested of each path that the gateway knows.
fn every_path_was_asked_for(far: &Far) {
    let asked = far.server.requests();
    for (method, path) in [
        ("PUT", "/v2/cobv/"),
        ("PATCH", "/v2/cobv/"),
        ("GET", "/v2/cobv/"),
        ("PUT", "/v2/cob/"),
        ("PATCH", "/v2/cob/"),
        ("GET", "/v2/cob/"),
        ("GET", "/v2/pix?"),
        ("PUT", "/v2/pix/"),
        ("GET", "/v2/pix/"),
        ("POST", "/v2/locrec"),
        ("POST", "/v2/rec"),
        ("PATCH", "/v2/rec/"),
        ("GET", "/v2/rec?"),
        ("GET", "/v2/rec/"),
        ("PUT", "/v2/cobr/"),
        ("PATCH", "/v2/cobr/"),
        ("GET", "/v2/cobr/"),
        ("GET", "/v2/cobr?"),
        ("POST", "/v2/cobr/"),
    ] {
        let line = format!("{method} {path}");
        assert!(asked.iter().any(|one| one.starts_with(&line)), "{line} was not asked for");
    }
}
