//! Has the crate built anew when the pages are: their file names carry hashes, so new ones would go unnoticed.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
    println!("cargo:rerun-if-changed=build.rs");
}
