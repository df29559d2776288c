//! What runs in the engine's process: bounds it, reads the job, lets DataFusion answer it. It does not know how files are
//! read or what an answer looks like.
//!
//! Bounds, from the inside out: only one `SELECT` is planned, and nothing is registered but the events, so SQL reaches no
//! file, no address and no setting; what sorts, groups and joins takes memory from a pool; all else the system bounds,
//! and ends the process.

use crate::{Answer, Job, Refused, answer, facts, functions};
use datafusion::{
    error::DataFusionError,
    execution::{
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        memory_pool::GreedyMemoryPool,
        object_store::ObjectStoreUrl,
        runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
    },
    object_store::memory::InMemory,
    prelude::{SQLOptions, SessionConfig, SessionContext, col},
    sql::{
        parser::{DFParser, Statement},
        sqlparser::ast,
    },
};
use rustix::process::{Resource, Rlimit, nice, setrlimit};
use std::{
    io::{Read, Write},
    sync::Arc,
};

/// Threads of one query.
const THREADS: usize = 2;
/// What sorts, groups and joins of one query may hold, bytes.
const POOL: usize = 512 << 20;
/// Everything the process may hold, bytes: beside the pool the program itself, what its allocator lays aside, stacks,
/// and what is being read and made.
const DATA_MAX: u64 = 2 << 30;
/// Time of all threads together, s. The house ends the process earlier, unless it is gone itself.
const CPU_S_MAX: u64 = 40;
/// A query of eight thousand letters can nest deeply.
const STACK: usize = 64 << 20;
/// Rows that are worked on at once.
const BATCH: usize = 4_096;

/// Answers the [`Job`] on standard input on standard output. The process is of no other use afterwards.
///
/// # Errors
/// When it cannot be bounded, what it was told cannot be read, or nobody reads its answer.
pub fn run() -> std::io::Result<()> {
    bound()?;
    let mut told = Vec::new();
    std::io::stdin().read_to_end(&mut told)?;
    let job: Job = serde_json::from_slice(&told)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_stack_size(STACK)
        .build()?;
    // On a thread with a stack of that size; this one has the system's.
    let answer = runtime.block_on(async { tokio::spawn(answer(job)).await });
    let said: Result<Answer, Refused> = answer.unwrap_or(Err(Refused::Broken));
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &said)?;
    out.flush()
}

/// The rooms go first: in time, in memory, and when the system is short of it.
fn bound() -> std::io::Result<()> {
    nice(10)?;
    // Linux ends the process with the highest score first. Elsewhere there is no such file.
    _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    let at_most = |n| Rlimit { current: Some(n), maximum: Some(n) };
    setrlimit(Resource::Data, at_most(DATA_MAX))?;
    // The system ends the process in a way that says why; only then it is killed.
    setrlimit(Resource::Cpu, Rlimit { current: Some(CPU_S_MAX), maximum: Some(CPU_S_MAX + 1) })?;
    setrlimit(Resource::Core, at_most(0))?;
    // Nothing is ever written to a file.
    setrlimit(Resource::Fsize, at_most(0))?;
    Ok(())
}

async fn answer(job: Job) -> Result<Answer, Refused> {
    let Job { sql, files, moves, hidden } = job;
    let store = ObjectStoreUrl::parse("events://").map_err(refused)?;
    let Some(facts) = facts::Facts::open(&files, store.clone())? else { return Err(Refused::NotYet) };
    let config = SessionConfig::new()
        .with_target_partitions(THREADS)
        .with_batch_size(BATCH)
        .with_information_schema(true);
    let context = SessionContext::new_with_config_rt(config, runtime().map_err(refused)?);
    context.register_udf(functions::prop());
    // Only so that there is one: facts are read from files that are open already.
    context.register_object_store(store.as_ref(), Arc::new(InMemory::new()));
    let events = context.read_table(Arc::new(facts)).map_err(refused)?;
    let events = if moves.is_empty() && hidden.is_empty() {
        events
    } else {
        let (seen, now) = (functions::seen(hidden), functions::now(moves));
        let columns: Vec<_> = events
            .schema()
            .fields()
            .iter()
            .map(|it| match it.name().as_str() {
                "person" => now.call(vec![col("person")]).alias("person"),
                // Quoted, or large letters would be made small.
                name => col(format!("\"{name}\"")),
            })
            .collect();
        let events = events.filter(seen.call(vec![col("person")])).map_err(refused)?;
        events.select(columns).map_err(refused)?
    };
    context.register_table("events", events.into_view()).map_err(refused)?;

    let plan = context.state().statement_to_plan(one_select(&sql)?).await.map_err(refused)?;
    let reading = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    reading.verify_plan(&plan).map_err(|_| Refused::NotASelect)?;
    let rows = context.execute_logical_plan(plan).await.map_err(refused)?;
    answer::gather(rows.execute_stream().await.map_err(refused)?).await.map_err(refused)
}

/// The one statement of a query, if it reads and does nothing else.
fn one_select(sql: &str) -> Result<Statement, Refused> {
    let mut statements = DFParser::parse_sql(sql).map_err(refused)?;
    match (statements.pop_front(), statements.is_empty()) {
        (Some(Statement::Statement(it)), true) if matches!(*it, ast::Statement::Query(_)) => {
            Ok(Statement::Statement(it))
        }
        _ => Err(Refused::NotASelect),
    }
}

/// Memory from a pool, nothing on disk, and no store of files but what is registered: the one for files of this machine
/// that DataFusion has by itself is taken out.
fn runtime() -> Result<Arc<RuntimeEnv>, DataFusionError> {
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(GreedyMemoryPool::new(POOL)))
        .with_disk_manager_builder(disk)
        .build_arc()?;
    runtime.deregister_object_store(ObjectStoreUrl::local_filesystem().as_ref())?;
    Ok(runtime)
}

/// What the engine says of a query, in one line.
fn refused(error: DataFusionError) -> Refused {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => Refused::TooLarge,
        _ => {
            let said = error.strip_backtrace();
            Refused::Wrong(said.chars().map(|it| if it.is_control() { ' ' } else { it }).take(300).collect())
        }
    }
}
