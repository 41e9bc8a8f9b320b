//! One table: key, columns, rules, secrecy, and what `enrich` does to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;

use super::addition::{Addition, territory, trades, value_added};
use super::column::{ColumnKind, ColumnSpec, Role};
use super::common::{CommonSpec, common};
use super::expand::ColumnFile;
use super::registered::RegisteredSpec;
use super::rule::RuleSpec;
use super::secrecy::{CountSpec, SecrecySpec};
use crate::{RuleCode, Severity, Sha256, TableId, Tolerance, ValueStatus, VintageStyle};

/// What a table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableKind {
    /// Published indicators.
    Indicators,
    /// A code list used by `enrich`, not published as such.
    Nomenclature,
}

/// Which column tells the vintage, and how it is spelled.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VintageSpec {
    /// Name of the column.
    pub column: String,
    /// Spelling of the vintages.
    pub style: VintageStyle,
    /// True when it is the edition of a code list, not the cohorts that figures speak of.
    #[serde(default)]
    pub edition: bool,
    /// First year to tell while the table has no row.
    pub empty: Option<u16>,
}

/// A value added that its producer stops at a bound.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueAddedSpec {
    /// Its column.
    pub column: String,
    /// The bound, in points, on both sides of zero.
    pub bound: i32,
}

/// Where the territory of a row is read, in the order of trust.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerritorySpec {
    /// Column with the COG code of the région.
    pub region_cog: Option<String>,
    /// Column with the name of the région, in any case, with or without accents.
    pub region_nom: Option<String>,
    /// Column with `R` and the COG code of the région.
    pub region_prefixed: Option<String>,
    /// Column with the UAI.
    pub uai: Option<String>,
}

/// Where the training of a row is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradeSpec {
    /// Column with the diploma code.
    pub cfd: Option<String>,
    /// Column with the statistical training code.
    pub mefstat11: Option<String>,
}

/// What a derived table is made of: validated tables, by a derivation that `enrich` runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DerivedSpec {
    /// Name of the derivation that makes its rows.
    pub derivation: String,
    /// True when it is made of the specifications of all tables.
    #[serde(default)]
    pub specifications: bool,
    /// Tables whose rates it repeats as they are: none of them may be published under the strict secrecy mode beside it.
    #[serde(default)]
    pub repeats: Vec<TableId>,
    /// Tables it cannot do without.
    pub from: Vec<TableId>,
    /// Tables it uses when they are configured.
    #[serde(default)]
    pub optional: Vec<TableId>,
    /// The table whose figures it repeats under other codes: what a release of that table hides is hidden here too.
    pub copies: Option<CopySpec>,
}

/// How a row that repeats figures finds the row that it repeats: same key, but for the codes that the copy replaces.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopySpec {
    /// The table that is repeated.
    pub table: TableId,
    /// Columns of its key that the copy fills with its own code.
    #[serde(default)]
    pub replaced: Vec<String>,
    /// Column of the copy that keeps the code replaced; empty on a row without figures. None when no code is replaced.
    pub by: Option<String>,
    /// Columns of its key that the copy leaves out, and the only value of the rows copied.
    #[serde(default)]
    pub fixed: BTreeMap<String, String>,
}

/// A code that refers to another table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignKey {
    /// Column of this table.
    pub column: String,
    /// The other table; nothing is looked up when it has no source.
    pub table: TableId,
    /// Its column.
    pub to: String,
}

/// All we know about a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSpec {
    /// Its name.
    pub id: TableId,
    /// Published or not.
    pub kind: TableKind,
    /// Title in French.
    pub title: String,
    /// What it holds, in French: scope, population, grain.
    pub description: String,
    /// Who produces the figures.
    pub producer: String,
    /// Address of the producer's page about them.
    pub homepage: Option<String>,
    /// What a reuser must know before drawing conclusions, in French.
    pub cautions: Vec<String>,
    /// Names of the columns of the primary key, in sort order.
    pub key: Vec<String>,
    /// Columns that published rows are sorted by before the key, so that who asks for a région, then for an establishment,
    /// reads a small part of a large file.
    pub sort: Vec<String>,
    /// Its vintage column.
    pub vintage: Option<VintageSpec>,
    /// Markers of a missing measure, and the status that they mean.
    pub missing: BTreeMap<String, ValueStatus>,
    /// Primary secrecy; none for nomenclatures.
    pub secrecy: Option<SecrecySpec>,
    /// Territory tags to add.
    pub territory: Option<TerritorySpec>,
    /// Trade tags to add.
    pub trades: Option<TradeSpec>,
    /// The value added whose bound is to be told.
    pub value_added: Option<ValueAddedSpec>,
    /// True when counts that follow from others are completed, and shares of the final year computed from counts.
    pub outcomes: bool,
    /// Shares of those registered to compute, when leavers and those who continue are counted apart; one for each horizon.
    pub registered: Vec<RegisteredSpec>,
    /// What it is made of, when no source delivers it.
    pub derived: Option<DerivedSpec>,
    /// Codes looked up in other tables by `enrich`.
    pub foreign_keys: Vec<ForeignKey>,
    /// The columns, in the order in which they are published.
    pub columns: Vec<ColumnSpec>,
    /// The rules.
    pub rules: Vec<RuleSpec>,
    /// Digest of the file, and of the additions that it asks for.
    pub digest: Sha256,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    id: TableId,
    kind: TableKind,
    title: String,
    description: String,
    producer: String,
    homepage: Option<String>,
    #[serde(default)]
    cautions: Vec<String>,
    key: Vec<String>,
    #[serde(default)]
    sort: Vec<String>,
    vintage: Option<VintageSpec>,
    #[serde(default)]
    missing: BTreeMap<String, ValueStatus>,
    secrecy: Option<SecrecySpec>,
    territory: Option<TerritorySpec>,
    trades: Option<TradeSpec>,
    value_added: Option<ValueAddedSpec>,
    #[serde(default)]
    outcomes: bool,
    registered: Option<RegisteredSpec>,
    derived: Option<DerivedSpec>,
    #[serde(default)]
    foreign_key: Vec<ForeignKey>,
    column: Vec<ColumnFile>,
    #[serde(default)]
    rule: Vec<RuleSpec>,
}

/// Why a specification cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// The text is not a specification.
    #[error("cannot read the table specification")]
    Syntax(#[from] Box<toml::de::Error>),
    /// The specification contradicts itself.
    #[error("table {table}: {problems}")]
    Inconsistent {
        /// The table.
        table: TableId,
        /// What is wrong, separated by `; `.
        problems: String,
    },
}

impl TableSpec {
    /// Reads a specification and checks every reference in it.
    ///
    /// # Errors
    /// When the text is not valid, or names a column that does not exist.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        let file: TableFile = toml::from_str(text).map_err(Box::new)?;
        let mut spec = Self {
            id: file.id,
            kind: file.kind,
            title: file.title,
            description: file.description,
            producer: file.producer,
            homepage: file.homepage,
            cautions: file.cautions,
            key: file.key,
            sort: file.sort,
            vintage: file.vintage,
            missing: file.missing,
            secrecy: file.secrecy.map(|mut secrecy| {
                secrecy.expand();
                secrecy
            }),
            territory: file.territory,
            trades: file.trades,
            value_added: file.value_added,
            outcomes: file.outcomes,
            registered: file
                .registered
                .into_iter()
                .flat_map(RegisteredSpec::expand)
                .collect(),
            derived: file.derived,
            foreign_keys: file.foreign_key,
            columns: file
                .column
                .into_iter()
                .flat_map(ColumnFile::expand)
                .collect(),
            rules: file.rule.into_iter().flat_map(RuleSpec::expand).collect(),
            digest: Sha256::of(text.as_bytes()),
        };
        let additions: String = spec
            .additions()
            .map(|addition| addition.digest.to_string())
            .collect();
        spec.digest = Sha256::of((text.to_owned() + &additions).as_bytes());
        let problems = spec.problems();
        if problems.is_empty() {
            Ok(spec)
        } else {
            Err(SpecError::Inconsistent {
                table: spec.id,
                problems: problems.join("; "),
            })
        }
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnSpec> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The measures, in the order of the table.
    pub fn measures(&self) -> impl Iterator<Item = &ColumnSpec> {
        self.columns.iter().filter(|column| column.is_measure())
    }

    /// The columns that published rows are sorted by: these, then the rest of the key.
    #[must_use]
    pub fn order(&self) -> Vec<String> {
        let rest = self.key.iter().filter(|name| !self.sort.contains(name));
        self.sort.iter().chain(rest).cloned().collect()
    }

    /// The columns that `enrich` adds to this table.
    pub fn added_columns(&self) -> impl Iterator<Item = &'static ColumnSpec> {
        self.additions()
            .flat_map(|addition| &addition.columns)
            // A column that the table has under a common name is the common one.
            .filter(|column| self.column(&column.name).is_none())
    }

    /// Where it reads its common columns.
    #[must_use]
    pub fn common(&self) -> Option<&'static CommonSpec> {
        common(&self.id)
    }

    /// The groups of columns that `enrich` adds to this table, in the order in which they are published.
    fn additions(&self) -> impl Iterator<Item = &'static Addition> + use<> {
        let added = [
            self.territory.is_some().then(territory),
            self.trades.is_some().then(trades),
            self.value_added.is_some().then(value_added),
        ];
        let common = self.common().into_iter().flat_map(CommonSpec::groups);
        common.chain(added.into_iter().flatten())
    }

    /// True when its rows speak of cohorts: figures of a vintage, not the edition of a code list.
    #[must_use]
    pub fn tells_cohorts(&self) -> bool {
        self.vintage
            .as_ref()
            .is_some_and(|vintage| !vintage.edition)
    }

    /// What it repeats the figures of, when it does.
    #[must_use]
    pub fn copies(&self) -> Option<&CopySpec> {
        self.derived.as_ref()?.copies.as_ref()
    }

    /// The secrecy policy of the table, its counts named: those in persons, with their bases, when the policy names none.
    #[must_use]
    pub fn secrecy_policy(&self) -> Option<SecrecySpec> {
        let mut policy = self.secrecy.clone()?;
        if policy.count.is_empty() {
            let counts = self.measures().filter(|column| {
                column.kind == ColumnKind::Integer
                    && column.unit.as_deref() == Some("personnes")
                    && !column.base.is_empty()
            });
            policy.count = counts
                .map(|column| CountSpec::new(&column.name, &column.base.counts))
                .collect();
        }
        Some(policy)
    }

    /// The rule of that code, when the table names it.
    #[must_use]
    pub fn rule(&self, code: RuleCode) -> Option<&RuleSpec> {
        self.rules.iter().find(|rule| rule.code == code)
    }

    /// Every declaration of that rule: one that looks across columns can hold for several groups of them.
    pub fn rules_of(&self, code: RuleCode) -> impl Iterator<Item = &RuleSpec> {
        self.rules.iter().filter(move |rule| rule.code == code)
    }

    /// The severity and tolerance of a rule for this table.
    #[must_use]
    pub fn policy(&self, code: RuleCode) -> (Severity, Tolerance) {
        let rule = self.rule(code);
        let severity = rule
            .and_then(|rule| rule.severity)
            .unwrap_or(code.entry().severity);
        (severity, rule.map(RuleSpec::tolerance).unwrap_or_default())
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let names: BTreeSet<&str> = self
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        if names.len() < self.columns.len() {
            problems.push("a column is declared twice".to_owned());
        }
        for rule in &self.rules {
            if let Some(expected) = rule
                .code
                .columns()
                .filter(|expected| rule.columns.len() != *expected)
            {
                problems.push(format!(
                    "rule {} names {} columns instead of {expected}",
                    rule.code,
                    rule.columns.len()
                ));
            }
        }
        let mut must_exist = |what: &str, name: &str| {
            if !names.contains(name) {
                problems.push(format!("{what} names `{name}`, which is not a column"));
            }
        };
        self.key.iter().for_each(|name| must_exist("the key", name));
        let is_added = |name: &&String| self.added_columns().any(|column| &column.name == *name);
        self.sort
            .iter()
            .filter(|name| !is_added(name))
            .for_each(|name| must_exist("the sort", name));
        self.vintage
            .iter()
            .for_each(|vintage| must_exist("the vintage", &vintage.column));
        self.foreign_keys
            .iter()
            .for_each(|key| must_exist("a foreign key", &key.column));
        for rule in &self.rules {
            rule.columns
                .iter()
                .for_each(|name| must_exist(&format!("rule {}", rule.code), name));
        }
        for column in &self.columns {
            column
                .base
                .counts
                .iter()
                .for_each(|name| must_exist(&format!("the base of {}", column.name), name));
            for share in &column.base.shares {
                must_exist(&format!("the base of {}", column.name), &share.rate);
                must_exist(&format!("the base of {}", column.name), &share.of);
            }
        }
        if let Some(territory) = &self.territory {
            [
                &territory.region_cog,
                &territory.region_nom,
                &territory.region_prefixed,
                &territory.uai,
            ]
            .into_iter()
            .flatten()
            .for_each(|name| must_exist("the territory", name));
        }
        for (what, name) in self.secrecy.iter().flat_map(SecrecySpec::columns) {
            must_exist(what, name);
        }
        let added: BTreeSet<&str> = self
            .added_columns()
            .map(|column| column.name.as_str())
            .collect();
        for part in self
            .secrecy
            .iter()
            .flat_map(|secrecy| &secrecy.together)
            .flat_map(|together| &together.key)
        {
            match &part.column {
                Some(column) if !added.contains(column.as_str()) => {
                    must_exist("the key of a family", column)
                }
                Some(_) | None => {}
            }
        }
        if let Some(trades) = &self.trades {
            [&trades.cfd, &trades.mefstat11]
                .into_iter()
                .flatten()
                .for_each(|name| must_exist("the trades", name));
        }
        self.value_added
            .iter()
            .for_each(|value| must_exist("the value added", &value.column));
        self.registered
            .iter()
            .flat_map(RegisteredSpec::columns)
            .for_each(|name| must_exist("those registered", name));
        for copies in self
            .derived
            .iter()
            .filter_map(|derived| derived.copies.as_ref())
        {
            copies
                .by
                .iter()
                .chain(&copies.replaced)
                .for_each(|name| must_exist("the copies", name));
        }
        for column in self.measures() {
            if !matches!(column.kind, ColumnKind::Integer | ColumnKind::Decimal) {
                problems.push(format!("measure `{}` is not a number", column.name));
            }
        }
        for column in self
            .columns
            .iter()
            .filter(|column| column.role == Role::Tag)
        {
            problems.push(format!(
                "`{}` is a tag: tags are added by enrich",
                column.name
            ));
        }
        problems
    }
}

/// Every embedded specification, in the order of names.
pub fn tables() -> &'static [TableSpec] {
    static TABLES: OnceLock<Vec<TableSpec>> = OnceLock::new();
    TABLES.get_or_init(|| {
        [
            include_str!("../../../debouches-insertion/tables/acce_etablissement.toml"),
            include_str!("../../../debouches-insertion/tables/affelnet_offre.toml"),
            include_str!("../../../debouches-insertion/tables/annuaire.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_categorie_specialite.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_dispositif_formation.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_domaine_specialite.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_famille_metier.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_formation_diplome.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_groupe_formation.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_groupe_specialite.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_lien_formation_groupe.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_lien_mef_famille_metier.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_mef.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_n_formation_diplome.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_niveau_formation_diplome.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_type_diplome_sise.toml"),
            include_str!("../../../debouches-insertion/tables/bcn_type_groupe_formation.toml"),
            include_str!("../../../debouches-insertion/tables/catalogue_apprentissage.toml"),
            include_str!("../../../debouches-insertion/tables/certif_info.toml"),
            include_str!("../../../debouches-insertion/tables/chomage_departement.toml"),
            include_str!("../../../debouches-insertion/tables/chomage_region.toml"),
            include_str!("../../../debouches-insertion/tables/cog_arrondissement.toml"),
            include_str!("../../../debouches-insertion/tables/cog_collectivite_outremer.toml"),
            include_str!("../../../debouches-insertion/tables/cog_commune.toml"),
            include_str!("../../../debouches-insertion/tables/cog_departement.toml"),
            include_str!("../../../debouches-insertion/tables/cog_mouvement_commune.toml"),
            include_str!("../../../debouches-insertion/tables/cog_region.toml"),
            include_str!("../../../debouches-insertion/tables/comparables.toml"),
            include_str!("../../../debouches-insertion/tables/continuum_diplomes.toml"),
            include_str!("../../../debouches-insertion/tables/couverture_catalogues.toml"),
            include_str!("../../../debouches-insertion/tables/couverture_etablissements.toml"),
            include_str!("../../../debouches-insertion/tables/definitions.toml"),
            include_str!("../../../debouches-insertion/tables/departement_academie_region.toml"),
            include_str!("../../../debouches-insertion/tables/donnees_liees_etablissements.toml"),
            include_str!("../../../debouches-insertion/tables/donnees_liees_regionales.toml"),
            include_str!("../../../debouches-insertion/tables/fap_rome.toml"),
            include_str!("../../../debouches-insertion/tables/ij_agricole_formation.toml"),
            include_str!("../../../debouches-insertion/tables/ij_api_etablissement.toml"),
            include_str!("../../../debouches-insertion/tables/ij_api_france.toml"),
            include_str!("../../../debouches-insertion/tables/ij_api_region.toml"),
            include_str!("../../../debouches-insertion/tables/ij_cfa_etablissement.toml"),
            include_str!("../../../debouches-insertion/tables/ij_cfa_formation.toml"),
            include_str!("../../../debouches-insertion/tables/ij_lycee_etablissement.toml"),
            include_str!("../../../debouches-insertion/tables/ij_lycee_formation.toml"),
            include_str!("../../../debouches-insertion/tables/ij_regional.toml"),
            include_str!("../../../debouches-insertion/tables/insersup.toml"),
            include_str!("../../../debouches-insertion/tables/insersup_agregats.toml"),
            include_str!("../../../debouches-insertion/tables/insersup_ensemble.toml"),
            include_str!("../../../debouches-insertion/tables/insersup_par_horizon.toml"),
            include_str!("../../../debouches-insertion/tables/insertion_master.toml"),
            include_str!("../../../debouches-insertion/tables/kit_apprentissage.toml"),
            include_str!("../../../debouches-insertion/tables/lycee_ips.toml"),
            include_str!("../../../debouches-insertion/tables/onisep_passage.toml"),
            include_str!("../../../debouches-insertion/tables/orion_famille_metiers.toml"),
            include_str!("../../../debouches-insertion/tables/orion_options_bts.toml"),
            include_str!("../../../debouches-insertion/tables/parcoursup_offre_bts.toml"),
            include_str!("../../../debouches-insertion/tables/passage_sise_fresq.toml"),
            include_str!("../../../debouches-insertion/tables/paysage_etablissement.toml"),
            include_str!("../../../debouches-insertion/tables/perimetres.toml"),
            include_str!("../../../debouches-insertion/tables/referentiel_diplomes.toml"),
            include_str!("../../../debouches-insertion/tables/rome.toml"),
            include_str!("../../../debouches-insertion/tables/rome_appellation.toml"),
            include_str!("../../../debouches-insertion/tables/rome_domaine.toml"),
            include_str!("../../../debouches-insertion/tables/signalement_recu.toml"),
            include_str!("../../../debouches-insertion/tables/signalements.toml"),
            include_str!("../../../debouches-insertion/tables/tags_metiers.toml"),
            include_str!("../../../debouches-insertion/tables/tags_regions.toml"),
            include_str!("../../../debouches-insertion/tables/vues_diplomes.toml"),
        ]
        .into_iter()
        .map(|text| TableSpec::parse(text).expect("the embedded tables are checked by a test"))
        .collect()
    })
}

/// The embedded specification of that table.
#[must_use]
pub fn find(id: &TableId) -> Option<&'static TableSpec> {
    tables().iter().find(|spec| &spec.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_specification_is_consistent_and_sorted() {
        let ids: Vec<_> = tables().iter().map(|spec| spec.id.as_str()).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(!territory().columns.is_empty() && !trades().columns.is_empty());
        for (spec, key) in tables()
            .iter()
            .flat_map(|spec| spec.foreign_keys.iter().map(move |key| (spec, key)))
        {
            let to = find(&key.table).and_then(|table| table.column(&key.to));
            assert!(
                to.is_some(),
                "{}: {}.{} does not exist",
                spec.id,
                key.table,
                key.to
            );
        }
    }

    /// T16: two cumuls in a row share a cohort, and every table that has some says so.
    #[test]
    fn every_table_of_cumuls_says_that_they_overlap() {
        let cumuls = tables().iter().filter(|spec| {
            let style = spec.vintage.as_ref().map(|vintage| vintage.style);
            matches!(style, Some(VintageStyle::Cumul | VintageStyle::Pair))
        });
        for spec in cumuls {
            assert!(
                spec.cautions
                    .iter()
                    .any(|text| text.contains("partagent une promotion")),
                "{}",
                spec.id
            );
        }
    }

    #[test]
    fn a_reference_to_a_column_that_does_not_exist_is_refused() {
        let text = r#"
            id = "t"
            kind = "indicators"
            title = "T"
            description = "D"
            producer = "P"
            key = ["uia"]
            [[column]]
            name = "uai"
            type = "text"
            role = "dimension"
            label = "UAI"
            description = "Établissement"
        "#;
        let error = TableSpec::parse(text).unwrap_err().to_string();
        assert_eq!(error, "table t: the key names `uia`, which is not a column");
    }
}
