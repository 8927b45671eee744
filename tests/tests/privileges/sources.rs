//! Our sources as a program: what each crate and module has, and what a path means where it stands.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, Block, Expr, Fields, ImplItem, Item, Signature, Stmt, TraitItem, Type, UseTree,
    Visibility, visit_mut::VisitMut,
};

use super::macros::Macros;

/// A function of ours with a body.
pub(crate) struct Function {
    pub(crate) module: String,
    /// What `Self` is.
    pub(crate) own: Option<String>,
    /// The module or crate from within which it can be called; none: from anywhere.
    pub(crate) within: Option<String>,
    pub(crate) signature: Signature,
    pub(crate) body: Block,
}

/// Something that is written in a module.
pub(crate) struct Placed<T> {
    pub(crate) module: String,
    pub(crate) what: T,
}

#[derive(Default)]
struct Module {
    /// What `use` brings in: the name here, and the path as it is written.
    uses: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
}

/// All of it, by full paths such as `mensal_store::Store::account`.
#[derive(Default)]
pub(crate) struct Program {
    modules: BTreeMap<String, Module>,
    names: BTreeSet<String>,
    /// Several under one name are those of several traits, such as `From`.
    pub(crate) functions: BTreeMap<String, Vec<Function>>,
    /// The fields of each structure; a tuple's are `0`, `1`.
    pub(crate) fields: BTreeMap<String, BTreeMap<String, Placed<Type>>>,
    pub(crate) types: BTreeSet<String>,
    pub(crate) aliases: BTreeMap<String, Placed<Type>>,
    pub(crate) constants: BTreeMap<String, Placed<Expr>>,
    /// The types that implement each trait of ours.
    pub(crate) implementors: BTreeMap<String, BTreeSet<String>>,
    implementations: Vec<Placed<syn::ItemImpl>>,
    /// What could not be looked into.
    pub(crate) doubts: BTreeSet<String>,
}

impl Program {
    /// The crates in these folders, each with `Cargo.toml` and `src`. The program that `main.rs`
    /// is has the name of its package and `.main`.
    pub(crate) fn of_folders(folders: &[PathBuf]) -> Self {
        let mut program = Self::default();
        for folder in folders {
            let manifest = read(&folder.join("Cargo.toml"));
            let name = manifest.lines().find_map(|line| line.strip_prefix("name = "));
            let name = name.expect("a package has a name").trim_matches('"').replace('-', "_");
            for (root, name) in [("lib.rs", name.clone()), ("main.rs", format!("{name}.main"))] {
                let root = folder.join("src").join(root);
                if root.exists() {
                    program.file(&root, &folder.join("src"), &name);
                }
            }
        }
        program.linked()
    }

    /// Crates of one file each, by name.
    pub(crate) fn of_texts(crates: &[(&str, &str)]) -> Self {
        let mut program = Self::default();
        for (name, source) in crates {
            let file = syn::parse_file(source).expect("the test's source is Rust");
            program.module(file.items, Path::new(""), name);
        }
        program.linked()
    }

    /// What a path means in a module, as a full path; of others' crates as it is written there.
    pub(crate) fn resolve(&self, module: &str, path: &[String]) -> String {
        self.absolute(module, path, true, 0)
    }

    fn absolute(&self, module: &str, path: &[String], by_use: bool, depth: usize) -> String {
        let Some((first, rest)) = path.split_first() else { return module.into() };
        let parent =
            |module: &str| module.rsplit_once("::").map_or(module, |(up, _)| up).to_owned();
        let here = self.modules.get(module);
        let base = match first.as_str() {
            "crate" => module.split("::").next().unwrap_or(module).to_owned(),
            "self" => module.to_owned(),
            "super" => return self.absolute(&parent(module), rest, by_use, depth + 1),
            name => {
                let own = format!("{module}::{name}");
                let target = here.and_then(|here| here.uses.get(name)).filter(|_| by_use);
                if let Some(target) = target {
                    self.absolute(module, target, false, depth + 1)
                } else if self.names.contains(&own) {
                    own
                } else {
                    self.by_glob(here.filter(|_| by_use), module, name, depth)
                        .unwrap_or_else(|| name.to_owned())
                }
            }
        };
        let full = rest.iter().fold(base, |path, part| format!("{path}::{part}"));
        self.followed(full, depth)
    }

    fn by_glob(
        &self,
        here: Option<&Module>,
        module: &str,
        name: &str,
        depth: usize,
    ) -> Option<String> {
        here?.globs.iter().find_map(|glob| {
            let path = format!("{}::{name}", self.absolute(module, glob, false, depth + 1));
            self.names.contains(&path).then_some(path)
        })
    }

    /// A path that leads through `pub use` to where the thing itself is.
    fn followed(&self, path: String, depth: usize) -> String {
        if depth > 16 {
            return path;
        }
        let parts: Vec<String> = path.split("::").map(str::to_owned).collect();
        for cut in (1..parts.len()).rev() {
            let module = parts[..cut].join("::");
            let Some(found) = self.modules.get(&module) else { continue };
            if self.names.contains(&format!("{module}::{}", parts[cut])) {
                return path;
            }
            return match found.uses.get(&parts[cut]) {
                Some(target) => {
                    let target = self.absolute(&module, target, false, depth + 1);
                    let rest = parts[cut + 1..].iter();
                    let path = rest.fold(target, |path, part| format!("{path}::{part}"));
                    self.followed(path, depth + 1)
                }
                None => path,
            };
        }
        path
    }

    fn file(&mut self, file: &Path, folder: &Path, module: &str) {
        let parsed = syn::parse_file(&read(file)).expect("our sources are Rust");
        self.module(parsed.items, folder, module);
    }

    /// The items of a module; `folder` is where the files of its modules lie.
    fn module(&mut self, items: Vec<Item>, folder: &Path, module: &str) {
        self.names.insert(module.into());
        self.modules.entry(module.into()).or_default();
        for item in items {
            self.item(item, folder, module);
        }
    }

    fn item(&mut self, item: Item, folder: &Path, module: &str) {
        let full = |name: &syn::Ident| format!("{module}::{name}");
        match item {
            Item::Mod(inner) if !for_tests(&inner.attrs) => {
                let (name, folder) = (full(&inner.ident), folder.join(inner.ident.to_string()));
                match inner.content {
                    Some((_, items)) => self.module(items, &folder, &name),
                    None if folder.join("mod.rs").exists() => {
                        self.file(&folder.join("mod.rs"), &folder, &name);
                    }
                    None => self.file(&folder.with_extension("rs"), &folder, &name),
                }
            }
            Item::Use(brought) => {
                let home = self.modules.entry(module.into()).or_default();
                bring(home, &mut Vec::new(), &brought.tree);
            }
            Item::Fn(function) if !for_tests(&function.attrs) => {
                let name = full(&function.sig.ident);
                let within = within(module, &function.vis);
                let (signature, body) = (function.sig, *function.block);
                let module = module.to_owned();
                self.function(name, Function { module, own: None, within, signature, body });
            }
            Item::Struct(structure) => {
                let name = full(&structure.ident);
                self.types.insert(name.clone());
                self.names.insert(name.clone());
                self.fields.insert(name, fields(module, structure.fields));
            }
            Item::Enum(choice) => {
                let name = full(&choice.ident);
                self.types.insert(name.clone());
                self.names.insert(name);
            }
            Item::Type(alias) => {
                let what = Placed { module: module.into(), what: *alias.ty };
                self.names.insert(full(&alias.ident));
                self.aliases.insert(full(&alias.ident), what);
            }
            Item::Const(constant) => {
                let what = Placed { module: module.into(), what: *constant.expr };
                self.names.insert(full(&constant.ident));
                self.constants.insert(full(&constant.ident), what);
            }
            Item::Trait(described) => {
                let name = full(&described.ident);
                self.names.insert(name.clone());
                self.implementors.entry(name.clone()).or_default();
                for item in described.items {
                    if let TraitItem::Fn(function) = item
                        && let Some(body) = function.default
                    {
                        let path = format!("{name}::{}", function.sig.ident);
                        let (module, own) = (module.to_owned(), Some(name.clone()));
                        let signature = function.sig;
                        self.function(
                            path,
                            Function { module, own, within: None, signature, body },
                        );
                    }
                }
            }
            Item::Impl(implementation) if !for_tests(&implementation.attrs) => {
                let what = Placed { module: module.into(), what: implementation };
                self.implementations.push(what);
            }
            _ => {}
        }
    }

    fn function(&mut self, name: String, mut function: Function) {
        let mut macros = Macros::default();
        macros.visit_block_mut(&mut function.body);
        let doubts = macros.opaque.into_iter();
        self.doubts.extend(doubts.map(|what| format!("{name}: cannot look into `{what}!`")));
        // What is used and written within a body counts as the module's: nothing here is so large
        // that this makes a difference.
        for statement in &function.body.stmts {
            if let Stmt::Item(item) = statement {
                self.item(item.clone(), Path::new(""), &function.module);
            }
        }
        self.names.insert(name.clone());
        self.functions.entry(name).or_default().push(function);
    }

    /// With the methods under the full paths of their types, which could not be known before.
    fn linked(mut self) -> Self {
        for Placed { module, what } in std::mem::take(&mut self.implementations) {
            let Some(own) = path_of(&what.self_ty) else { continue };
            let own = self.resolve(&module, &own);
            if let Some((of, _)) = &what.trait_ {
                let of = self.resolve(&module, &segments(of));
                if let Some(implementors) = self.implementors.get_mut(&of) {
                    implementors.insert(own.clone());
                }
            }
            for item in what.items {
                match item {
                    ImplItem::Fn(function) if !for_tests(&function.attrs) => {
                        let name = format!("{own}::{}", function.sig.ident);
                        // What a trait asks for can be called by all who know the trait.
                        let within = within(&module, &function.vis);
                        let within = within.filter(|_| what.trait_.is_none());
                        let (signature, body) = (function.sig, function.block);
                        let (module, own) = (module.clone(), Some(own.clone()));
                        self.function(name, Function { module, own, within, signature, body });
                    }
                    ImplItem::Const(constant) => {
                        let name = format!("{own}::{}", constant.ident);
                        let what = Placed { module: module.clone(), what: constant.expr };
                        self.constants.insert(name, what);
                    }
                    _ => {}
                }
            }
        }
        self
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let test = |path: syn::Path| path.is_ident("test");
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Path>().is_ok_and(test))
    })
}

fn bring(home: &mut Module, path: &mut Vec<String>, tree: &UseTree) {
    let mut with = |name: String, end: &str| {
        let mut path = path.clone();
        if end != "self" {
            path.push(end.into());
        }
        home.uses.insert(name, path);
    };
    match tree {
        UseTree::Name(brought) if brought.ident == "self" => {
            with(path.last().cloned().unwrap_or_default(), "self");
        }
        UseTree::Name(brought) => with(brought.ident.to_string(), &brought.ident.to_string()),
        UseTree::Rename(brought) => with(brought.rename.to_string(), &brought.ident.to_string()),
        UseTree::Glob(_) => home.globs.push(path.clone()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| bring(home, path, tree)),
        UseTree::Path(deeper) => {
            path.push(deeper.ident.to_string());
            bring(home, path, &deeper.tree);
            path.pop();
        }
    }
}

/// From within which module or crate something can be seen.
fn within(module: &str, visibility: &Visibility) -> Option<String> {
    match visibility {
        Visibility::Public(_) => None,
        Visibility::Inherited => Some(module.into()),
        Visibility::Restricted(_) => module.split("::").next().map(str::to_owned),
    }
}

fn fields(module: &str, fields: Fields) -> BTreeMap<String, Placed<Type>> {
    let named = fields.into_iter().enumerate().map(|(index, field)| {
        let name = field.ident.map_or_else(|| index.to_string(), |name| name.to_string());
        (name, Placed { module: module.to_owned(), what: field.ty })
    });
    named.collect()
}

/// The names of a path.
pub(crate) fn segments(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// The path of a type that has one.
fn path_of(written: &Type) -> Option<Vec<String>> {
    match written {
        Type::Path(path) => Some(segments(&path.path)),
        Type::Reference(reference) => path_of(&reference.elem),
        _ => None,
    }
}
