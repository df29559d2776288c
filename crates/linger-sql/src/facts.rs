//! The events as a table: Parquet files that are open from the beginning, so that it does not matter what becomes of
//! their names. It does not know what is asked of them.

use crate::Refused;
use async_trait::async_trait;
use bytes::Bytes;
use datafusion::{
    arrow::datatypes::{FieldRef, Fields, Schema, SchemaRef},
    catalog::{Session, TableProvider},
    common::Result,
    datasource::{
        listing::PartitionedFile,
        physical_plan::{FileGroup, FileScanConfigBuilder, ParquetFileReaderFactory, ParquetSource},
        source::DataSourceExec,
    },
    execution::object_store::ObjectStoreUrl,
    logical_expr::{Expr, TableProviderFilterPushDown, TableType},
    parquet::{
        arrow::{
            arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions},
            async_reader::AsyncFileReader,
        },
        errors::{ParquetError, Result as ParquetResult},
        file::metadata::ParquetMetaData,
    },
    physical_plan::{ExecutionPlan, metrics::ExecutionPlanMetricsSet},
};
use futures_util::{FutureExt, future::BoxFuture};
use std::{fs::File, io::ErrorKind, ops::Range, os::unix::fs::FileExt, path::PathBuf, sync::Arc};

/// The open files, and their columns: files of an older house lack some, and read as null there.
#[derive(Debug)]
pub struct Facts {
    schema: SchemaRef,
    files: Arc<[Open]>,
    store: ObjectStoreUrl,
}

#[derive(Clone, Debug)]
struct Open {
    file: Arc<File>,
    bytes: u64,
    metadata: Arc<ParquetMetaData>,
}

impl Facts {
    /// Opens all files; none when there are none.
    pub fn open(paths: &[PathBuf], store: ObjectStoreUrl) -> Result<Option<Facts>, Refused> {
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            let file = File::open(path).map_err(|error| match error.kind() {
                ErrorKind::NotFound => Refused::Moved,
                _ => Refused::Broken,
            })?;
            let bytes = file.metadata().map_err(|_| Refused::Broken)?.len();
            files.push((file, bytes));
        }
        let mut columns: Option<SchemaRef> = None;
        let mut open = Vec::with_capacity(files.len());
        for (file, bytes) in files {
            let read =
                ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|_| Refused::Broken)?;
            if columns.as_ref().is_none_or(|it| it.fields().len() < read.schema().fields().len()) {
                columns = Some(read.schema().clone());
            }
            open.push(Open { file: Arc::new(file), bytes, metadata: read.metadata().clone() });
        }
        let nullable = |it: &FieldRef| it.as_ref().clone().with_nullable(true);
        let schema = |it: SchemaRef| Schema::new(it.fields().iter().map(nullable).collect::<Fields>());
        Ok(columns.map(|it| Facts { schema: Arc::new(schema(it)), files: open.into(), store }))
    }
}

#[async_trait]
impl TableProvider for Facts {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// The files leave out row groups by what is known of them, and no row for certain.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let source = ParquetSource::new(self.schema.clone())
            .with_parquet_file_reader_factory(Arc::new(Readers(self.files.clone())));
        // A name says only which of the open files is meant.
        let named = |(at, open): (usize, &Open)| PartitionedFile::new(at.to_string(), open.bytes);
        let all = FileGroup::new(self.files.iter().enumerate().map(named).collect());
        let scan = FileScanConfigBuilder::new(self.store.clone(), Arc::new(source))
            .with_file_groups(all.split_files(state.config().target_partitions()))
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(scan))
    }
}

#[derive(Debug)]
struct Readers(Arc<[Open]>);

impl ParquetFileReaderFactory for Readers {
    fn create_reader(
        &self,
        _partition_index: usize,
        file: PartitionedFile,
        _metadata_size_hint: Option<usize>,
        _metrics: &ExecutionPlanMetricsSet,
    ) -> Result<Box<dyn AsyncFileReader + Send>> {
        let at: Option<usize> = file.object_meta.location.as_ref().parse().ok();
        let open = at.and_then(|at| self.0.get(at));
        let open =
            open.ok_or_else(|| datafusion::error::DataFusionError::Internal("no such file".to_owned()))?;
        Ok(Box::new(Reader(open.clone())))
    }
}

/// Reads with the thread that asks: the process has nothing else to do meanwhile.
struct Reader(Open);

impl AsyncFileReader for Reader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, ParquetResult<Bytes>> {
        let read = || {
            let length = usize::try_from(range.end.saturating_sub(range.start));
            let mut bytes = vec![0; length.map_err(|error| ParquetError::External(Box::new(error)))?];
            self.0.file.read_exact_at(&mut bytes, range.start)?;
            Ok(Bytes::from(bytes))
        };
        std::future::ready(read()).boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, ParquetResult<Arc<ParquetMetaData>>> {
        std::future::ready(Ok(self.0.metadata.clone())).boxed()
    }
}
