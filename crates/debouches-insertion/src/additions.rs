//! The additions of the domain, in the order in which they are applied.

use debouches_enrich::{Addition, FindingCollector, Job, Registry};
use debouches_model::spec::TableSpec;
use debouches_table::{Table, TableError};

use crate::code_lists::CodeLists;
use crate::common::CommonSpec;
use crate::nomenclatures::{
    CERTIFICATIONS, DIPLOMAS, DIRECTORY, KIT, PAYSAGE, REGISTER, ROME, SPECIALITIES, SUCCESSIONS,
    TRAININGS,
};
use crate::territory::TerritorySpec;
use crate::trades::TradeSpec;
use crate::{common, outcomes, registered, territory, trades, validity, value_added};

/// Registers every addition.
pub(crate) fn register(registry: Registry, codes: &'static CodeLists) -> Registry {
    registry
        .with_addition(Outcomes)
        .with_addition(Registered)
        .with_addition(Territory { codes })
        .with_addition(Trades { codes })
        .with_addition(ValueAdded)
        .with_addition(Common { codes })
}

/// Counts that follow from others, and shares of the final year.
struct Outcomes;

impl Addition for Outcomes {
    fn name(&self) -> &'static str {
        "outcomes"
    }

    fn add(
        &self,
        _job: Job<'_>,
        table: &mut Table,
        findings: &mut FindingCollector,
    ) -> Result<(), TableError> {
        outcomes::add(table, findings)
    }
}

/// Shares of those registered.
struct Registered;

impl Addition for Registered {
    fn name(&self) -> &'static str {
        "registered"
    }

    fn is_asked(&self, spec: &TableSpec) -> bool {
        !spec.registered.is_empty()
    }

    fn add(
        &self,
        job: Job<'_>,
        table: &mut Table,
        _findings: &mut FindingCollector,
    ) -> Result<(), TableError> {
        job.spec
            .registered
            .iter()
            .try_for_each(|registered| registered::add(registered, table))
    }
}

/// Département, académie, région and région académique.
struct Territory {
    codes: &'static CodeLists,
}

impl Addition for Territory {
    fn name(&self) -> &'static str {
        "territory"
    }

    fn references(&self, spec: &TableSpec) -> Vec<(&'static str, bool)> {
        if TerritorySpec::of(spec).is_some_and(|territory| territory.uai.is_some()) {
            vec![(DIRECTORY, true), (REGISTER, true)]
        } else {
            Vec::new()
        }
    }

    fn add(
        &self,
        job: Job<'_>,
        table: &mut Table,
        findings: &mut FindingCollector,
    ) -> Result<(), TableError> {
        territory::add(self.codes, job, table, findings)
    }
}

/// Diploma codes, NSF speciality and ROME trades.
struct Trades {
    codes: &'static CodeLists,
}

impl Addition for Trades {
    fn name(&self) -> &'static str {
        "trades"
    }

    fn references(&self, spec: &TableSpec) -> Vec<(&'static str, bool)> {
        let Some(trades) = TradeSpec::of(spec) else {
            return Vec::new();
        };
        let trainings = trades.mefstat11.map(|_| (TRAININGS, false));
        [
            (DIPLOMAS, false),
            (SPECIALITIES, false),
            (CERTIFICATIONS, false),
        ]
        .into_iter()
        .chain(trainings)
        .chain([(SUCCESSIONS, true), (KIT, true), (ROME, true)])
        .collect()
    }

    fn add(
        &self,
        job: Job<'_>,
        table: &mut Table,
        findings: &mut FindingCollector,
    ) -> Result<(), TableError> {
        trades::add(self.codes, job, table, findings)
    }

    fn check(
        &self,
        job: Job<'_>,
        table: &Table,
        findings: &mut FindingCollector,
    ) -> Result<(), TableError> {
        // A derived table lends figures to closed codes by design.
        if job.spec.derived.is_some() {
            return Ok(());
        }
        validity::check(job.spec, table, job.references, findings)
    }
}

/// Whether a value added is the bound of its producer.
struct ValueAdded;

impl Addition for ValueAdded {
    fn name(&self) -> &'static str {
        "value_added"
    }

    fn add(
        &self,
        job: Job<'_>,
        table: &mut Table,
        _findings: &mut FindingCollector,
    ) -> Result<(), TableError> {
        value_added::add(job.spec, table)
    }
}

/// The common columns: cohorts, way, training, type of diploma, establishment, origin.
struct Common {
    codes: &'static CodeLists,
}

impl Addition for Common {
    fn name(&self) -> &'static str {
        "common"
    }

    fn is_asked(&self, spec: &TableSpec) -> bool {
        CommonSpec::of(spec).is_some()
    }

    fn references(&self, spec: &TableSpec) -> Vec<(&'static str, bool)> {
        let Some(common) = CommonSpec::of(spec) else {
            return Vec::new();
        };
        let has_codes = common
            .training
            .as_ref()
            .is_some_and(|training| training.sise.is_none());
        let trainings = has_codes.then_some([DIPLOMAS, SUCCESSIONS, TRAININGS]);
        let indices = common
            .establishment
            .as_ref()
            .map(|_| [DIRECTORY, REGISTER, PAYSAGE]);
        trainings
            .into_iter()
            .flatten()
            .chain(indices.into_iter().flatten())
            .map(|name| (name, true))
            .collect()
    }

    fn add(
        &self,
        job: Job<'_>,
        table: &mut Table,
        findings: &mut FindingCollector,
    ) -> Result<(), TableError> {
        match CommonSpec::of(job.spec) {
            Some(common) => common::add(self.codes, &common, job, (table, findings)),
            None => Ok(()),
        }
    }
}
