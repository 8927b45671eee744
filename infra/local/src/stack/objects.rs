//! S3, embedded, on a folder.

use std::{convert::Infallible, fs, path::Path};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::TcpListener;

use super::Error;

/// Serves the buckets of a folder on a free port of loopback; makes the one that is named.
pub(super) async fn serve(root: &Path, bucket: &str) -> Result<String, Error> {
    fs::create_dir_all(root.join(bucket))?;
    let files = FileSystem::new(root).map_err(|why| format!("{}: {why:?}", root.display()))?;
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single("local", "local"));
    let service = builder.build();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        loop {
            let Ok((socket, _)) = listener.accept().await else { continue };
            let service = service.clone();
            tokio::spawn(async move {
                let server = Builder::new(TokioExecutor::new());
                let connection = server.serve_connection(TokioIo::new(socket), service);
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "an S3 connection ended");
                }
            });
        }
    });
    Ok::<_, Infallible>(endpoint).map_err(Into::into)
}
