//! Builds anew when a migration is added. It does not know what the migrations do.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
