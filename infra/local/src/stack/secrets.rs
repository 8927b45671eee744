//! The secrets of gateways: that of the sandbox bank, and those that lie in the data folder as
//! `gateways/CODE.json`, for whoever tries a real one.

use std::{collections::BTreeMap, fmt::Display, fs, io, sync::OnceLock};

use mensal_domain::ids::GatewayCode;
use mensal_rails::gateway::connect;
use serde_json::json;

use super::{Directory, Error};
use crate::{
    bank::{self, Bank},
    till::TILL,
};

/// What the names of the local stack's secrets begin with.
pub const PREFIX: &str = "mensal/local/";
const FOLDER: &str = "gateways";

/// What the name of the secret of the hook begins with, which is no gateway's.
pub(super) const NOTICES: &str = "mensal-notices/local/";

/// The secrets, by the code of their gateway; and that of the hook, once it is known where it is.
pub(super) struct Secrets {
    gateways: BTreeMap<GatewayCode, String>,
    hook: OnceLock<String>,
}

impl Secrets {
    pub(super) fn of(directory: &Directory, bank: &Bank) -> Result<Self, Error> {
        let mut all = BTreeMap::new();
        all.insert(bank::CODE.parse()?, bank.secret());
        all.insert(TILL.parse()?, r#"{"kind":"manual"}"#.to_owned());
        let folder = directory.file(FOLDER);
        let files = match fs::read_dir(&folder) {
            Ok(files) => files,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Self::those(all)),
            Err(why) => return Err(format!("{}: {why}", folder.display()).into()),
        };
        for file in files {
            let path = file?.path();
            let named = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            if path.extension().is_some_and(|extension| extension == "json") {
                let wrong = |why: &dyn Display| format!("{}: {why}", path.display());
                let code: GatewayCode = named.parse().map_err(|why| wrong(&why))?;
                let secret = fs::read_to_string(&path).map_err(|why| wrong(&why))?;
                // Now, rather than when somebody first pays.
                connect(code.clone(), &secret)
                    .map_err(|why| format!("{}: see docs/gateways.md", wrong(&why)))?;
                all.insert(code, secret);
            }
        }
        Ok(Self::those(all))
    }

    fn those(gateways: BTreeMap<GatewayCode, String>) -> Self {
        Self { gateways, hook: OnceLock::new() }
    }

    /// Says where the hook is.
    pub(super) fn hook_at(&self, url: &str) {
        let secret = json!({ "url": url, "secret": "of the local stack alone" });
        self.hook.get_or_init(|| secret.to_string());
    }

    /// The codes of the gateways.
    pub(super) fn codes(&self) -> Vec<GatewayCode> {
        self.gateways.keys().cloned().collect()
    }

    /// The secret of a name.
    pub(super) fn named(&self, name: &str) -> Option<&str> {
        if name.strip_prefix(NOTICES) == Some("hook") {
            return self.hook.get().map(String::as_str);
        }
        let code: GatewayCode = name.strip_prefix(PREFIX)?.parse().ok()?;
        self.gateways.get(&code).map(String::as_str)
    }
}
