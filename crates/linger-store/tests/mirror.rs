//! The copies of finished files in an S3-compatible store. The protocol itself is tried against a server of its own by
//! `bench/oracles/s3_mirror.py`.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use futures_util::TryStreamExt;
use linger_store::{Mirror, Mirrored};
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, memory::InMemory, path::Path};
use std::{path::PathBuf, sync::Arc};

struct Folder {
    dir: tempfile::TempDir,
    objects: Arc<InMemory>,
    mirror: Mirror,
}

impl Folder {
    fn new() -> Folder {
        let objects = Arc::new(InMemory::new());
        let mirror = Mirror::new(objects.clone(), "shop/facts");
        Folder { dir: tempfile::tempdir().unwrap(), objects, mirror }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    async fn names(&self) -> Vec<String> {
        let all: Vec<_> =
            self.objects.list(None).map_ok(|it| it.location.to_string()).try_collect().await.unwrap();
        let mut all = all;
        all.sort();
        all
    }

    async fn current(&self) -> String {
        let got = self.objects.get(&Path::from("shop/facts/current.json")).await.unwrap();
        String::from_utf8(got.bytes().await.unwrap().to_vec()).unwrap()
    }
}

#[tokio::test]
async fn new_files_are_sent_once_and_those_that_are_gone_are_removed() {
    let folder = Folder::new();
    let (one, two) = (folder.file("1.parquet", b"one"), folder.file("2.parquet", &[7; 3 << 20]));
    let done = folder.mirror.sync(&[one.clone(), two.clone()]).await.unwrap();
    assert_eq!(done, Mirrored { sent: 2, sent_bytes: 3 + (3 << 20), removed: 0 });
    assert_eq!(folder.mirror.sync(&[one, two.clone()]).await.unwrap(), Mirrored::default());

    let three = folder.file("3.parquet", b"three");
    let done = folder.mirror.sync(&[two, three]).await.unwrap();
    assert_eq!(done, Mirrored { sent: 1, sent_bytes: 5, removed: 1 });
    assert_eq!(
        folder.names().await,
        ["shop/facts/2.parquet", "shop/facts/3.parquet", "shop/facts/current.json"]
    );
    assert_eq!(folder.current().await, r#"{"files":["2.parquet","3.parquet"]}"#);
}

#[tokio::test]
async fn a_copy_of_another_size_is_replaced() {
    let folder = Folder::new();
    folder.objects.put(&Path::from("shop/facts/1.parquet"), PutPayload::from_static(b"half")).await.unwrap();
    let one = folder.file("1.parquet", b"the whole");
    assert_eq!(folder.mirror.sync(&[one]).await.unwrap().sent, 1);
    let got = folder.objects.get(&Path::from("shop/facts/1.parquet")).await.unwrap();
    assert_eq!(got.bytes().await.unwrap().as_ref(), b"the whole");
}

#[tokio::test]
async fn what_lies_outside_the_folder_is_left_alone() {
    let folder = Folder::new();
    folder.objects.put(&Path::from("shop/other.txt"), PutPayload::from_static(b"mine")).await.unwrap();
    let one = folder.file("1.parquet", b"one");
    folder.mirror.sync(&[one]).await.unwrap();
    folder.mirror.sync(&[]).await.unwrap();
    assert_eq!(folder.names().await, ["shop/facts/current.json", "shop/other.txt"]);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_a_fault_that_may_be_tried_again_later() {
    let folder = Folder::new();
    let kept = folder.file("1.parquet", b"one");
    folder.mirror.sync(std::slice::from_ref(&kept)).await.unwrap();
    let gone = folder.dir.path().join("2.parquet");
    assert!(folder.mirror.sync(&[gone]).await.is_err());
    // Nothing was taken away: the next pass, with the right list, finds all as it was.
    assert_eq!(folder.mirror.sync(&[kept]).await.unwrap(), Mirrored::default());
}
