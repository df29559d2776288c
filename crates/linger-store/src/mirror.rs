//! Copies finished files to an S3-compatible store, where other engines read them, and takes away what is gone here. It
//! does not know what the files hold.
//!
//! A file is finished when it gets its name and never changes: name and size tell whether it is there. `current.json`
//! lists the files that belong together. It is written after they have arrived and before what they replaced is
//! removed, so that a reader who keeps to it sees every fact once at every moment; one who takes all files of the
//! folder may see some twice while files are being exchanged.

use crate::Fault;
use futures_util::TryStreamExt;
use object_store::{
    ObjectStore, ObjectStoreExt, PutPayload, aws::AmazonS3Builder, buffered::BufWriter, path::Path,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};
use tokio::io::AsyncWriteExt;

/// The list of the files that belong together.
const CURRENT: &str = "current.json";

/// Where the copies go. What is empty is taken from the environment, in the names that Amazon's own tools use
/// (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`).
#[derive(Clone, Debug, Default)]
pub struct MirrorConfig {
    /// The bucket and, after a slash, the folder in it.
    pub bucket: String,
    /// The address of the store; empty for Amazon's.
    pub endpoint: String,
    /// The region.
    pub region: String,
}

/// What one pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mirrored {
    /// Files sent.
    pub sent: usize,
    /// Their bytes.
    pub sent_bytes: u64,
    /// Files taken away.
    pub removed: usize,
}

/// A folder in an S3-compatible store; cheap to clone.
#[derive(Clone, Debug)]
pub struct Mirror {
    objects: Arc<dyn ObjectStore>,
    folder: Path,
}

impl Mirror {
    /// The folder that the settings name. Nothing is asked of the store yet.
    ///
    /// # Errors
    /// [`Fault`] when the settings make no address or no key is to be found.
    pub fn s3(config: &MirrorConfig) -> Result<Mirror, Fault> {
        let (bucket, folder) = config.bucket.split_once('/').unwrap_or((&config.bucket, ""));
        let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
        if !config.endpoint.is_empty() {
            // A store of one's own, often without names for buckets and, inside a house, without TLS.
            builder = builder
                .with_endpoint(config.endpoint.trim_end_matches('/'))
                .with_virtual_hosted_style_request(false)
                .with_allow_http(config.endpoint.starts_with("http://"));
        }
        if !config.region.is_empty() {
            builder = builder.with_region(&config.region);
        }
        let objects = builder.build().map_err(fault("set up the copies"))?;
        Ok(Mirror::new(Arc::new(objects), folder))
    }

    /// A folder in any store.
    pub fn new(objects: Arc<dyn ObjectStore>, folder: &str) -> Mirror {
        Mirror { objects, folder: Path::from(folder) }
    }

    /// Makes the folder hold these files and no others. Their names must differ. May be broken off anywhere and done
    /// again.
    ///
    /// # Errors
    /// [`Fault`] when the store or the disk failed; what has arrived by then stays.
    pub async fn sync(&self, files: &[PathBuf]) -> Result<Mirrored, Fault> {
        let listing = fault("list the copies");
        let there: BTreeMap<_, _> = self
            .objects
            .list(Some(&self.folder))
            .map_ok(|object| (object.location, object.size))
            .try_collect()
            .await
            .map_err(listing)?;
        let mut done = Mirrored::default();
        let mut wanted = BTreeSet::new();
        let mut names = Vec::with_capacity(files.len());
        for file in files {
            let Some(name) = file.file_name().and_then(|name| name.to_str()) else { continue };
            let to = self.folder.clone().join(name);
            let size = tokio::fs::metadata(file).await.map_err(Fault::io("read a file to copy"))?.len();
            if there.get(&to) != Some(&size) {
                self.send(file, &to).await?;
                done.sent += 1;
                done.sent_bytes += size;
            }
            names.push(name);
            wanted.insert(to);
        }
        names.sort_unstable();
        let current = self.folder.clone().join(CURRENT);
        let gone: Vec<_> = there.into_keys().filter(|it| !wanted.contains(it) && *it != current).collect();
        if done.sent > 0 || !gone.is_empty() {
            let list = serde_json::json!({ "files": names }).to_string();
            self.objects
                .put(&current, PutPayload::from(list))
                .await
                .map_err(fault("write the list of copies"))?;
        }
        for object in gone {
            self.objects.delete(&object).await.map_err(fault("remove a copy"))?;
            done.removed += 1;
        }
        Ok(done)
    }

    /// Sends a file in parts; nothing can be seen of it before all of it has arrived.
    async fn send(&self, file: &std::path::Path, to: &Path) -> Result<(), Fault> {
        let doing = "send a copy";
        let mut from = tokio::fs::File::open(file).await.map_err(Fault::io("read a file to copy"))?;
        let mut into = BufWriter::new(self.objects.clone(), to.clone());
        let copied = tokio::io::copy(&mut from, &mut into).await;
        let copied = match copied {
            Ok(_) => into.shutdown().await,
            Err(error) => {
                // Parts that were sent would otherwise be kept, and paid for, unseen.
                let _ = into.abort().await;
                Err(error)
            }
        };
        copied.map_err(|error| Fault::new(doing, true, &error.kind().to_string()))
    }
}

/// The store's own words may hold addresses and names of keys: only their kind is told.
fn fault(doing: &'static str) -> impl Fn(object_store::Error) -> Fault {
    use object_store::Error;
    move |error| match error {
        Error::NotFound { .. } => Fault::new(doing, false, "there is no such bucket"),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            Fault::new(doing, false, "the store refuses the key")
        }
        _ => Fault::new(doing, true, "the store failed or cannot be reached"),
    }
}
