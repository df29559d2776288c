//! `linger verify-draw`: computes the outcome of a draw, a shuffle or an activity again from what was published. It asks no server and
//! no key.

use anyhow::Context;
use clap::ArgMatches;
use linger_protocol::{DrawId, ItemId, PersonId};
use linger_room::{DrawProof, sale::lot::LotProof};
use linger_web::{
    read_record, unhex,
    wire::{Proof, RecordWire, ShuffleProof},
};
use std::{fs::File, io::Read, process::ExitCode};

/// Bytes of a file that are read: a hundred thousand players, with room to spare.
const BYTES_MAX: u64 = 64 << 20;

/// Says whether it was kept to; ends with 1 when it was not.
pub fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let path = matches.get_one::<String>("file").map_or("-", String::as_str);
    let mut text = String::new();
    let read = match path {
        "-" => std::io::stdin().take(BYTES_MAX).read_to_string(&mut text),
        path => File::open(path).and_then(|file| file.take(BYTES_MAX).read_to_string(&mut text)),
    };
    read.with_context(|| format!("reading {path}"))?;
    let told = verdict(&text)?;
    println!("{}", told.as_ref().unwrap_or_else(|why| why));
    Ok(if told.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `Ok` with what was found to be true, or `Err` with what was not kept to; the outer error is for what cannot be read.
fn verdict(text: &str) -> anyhow::Result<Result<String, String>> {
    let json: serde_json::Value = serde_json::from_str(text).context("this is no JSON")?;
    if json.get("draw").is_some() {
        let proof = draw(serde_json::from_value(json).context("this is no proof of a draw")?)?;
        let kept = format!("kept to: {} of {} won", proof.winners.len(), proof.entrants.len());
        return Ok(linger_room::verify(&proof).map(|()| kept).map_err(|why| format!("not kept to: {why}")));
    }
    if json.get("sale").is_some() {
        let proof = shuffle(serde_json::from_value(json).context("this is no proof of a shuffle")?)?;
        let kept = format!("kept to: {} people in this order", proof.order.len());
        let verdict = linger_room::sale::lot::verify(&proof);
        return Ok(verdict.map(|()| kept).map_err(|why| format!("not kept to: {why}")));
    }
    let wire: RecordWire = serde_json::from_value(json).context("this is neither a proof nor a record")?;
    let record = read_record(wire).map_err(|field| anyhow::anyhow!("`{field}` cannot be read"))?;
    let kept = format!("kept to: {} of {} people", record.terms.game.code(), record.players.len());
    Ok(linger_room::activity::verify(&record).map(|()| kept).map_err(|why| format!("not kept to: {why}")))
}

fn bytes(text: &str, field: &str) -> anyhow::Result<[u8; 32]> {
    unhex(text).with_context(|| format!("`{field}` is not 64 hexadecimal digits"))
}

fn people(ids: &[String], field: &str) -> anyhow::Result<Vec<PersonId>> {
    let ids: Result<Vec<PersonId>, _> = ids.iter().map(|it| it.parse()).collect();
    ids.with_context(|| format!("`{field}` holds something that is no id"))
}

fn shuffle(wire: ShuffleProof) -> anyhow::Result<LotProof> {
    Ok(LotProof {
        item: ItemId(wire.item),
        sale: wire.sale,
        commit: bytes(&wire.commit, "commit")?,
        seed: bytes(&wire.seed, "seed")?,
        digest: bytes(&wire.digest, "digest")?,
        people: people(&wire.people, "people")?,
        order: people(&wire.order, "order")?,
    })
}

fn draw(wire: Proof) -> anyhow::Result<DrawProof> {
    Ok(DrawProof {
        draw: DrawId(wire.draw),
        commit: bytes(&wire.commit, "commit")?,
        seed: bytes(&wire.seed, "seed")?,
        digest: bytes(&wire.digest, "digest")?,
        entrants: people(&wire.entrants, "entrants")?,
        winners: people(&wire.winners, "winners")?,
        winners_wanted: wire.winners_wanted,
        keyword: wire.keyword,
        prize: wire.prize,
    })
}
