//! One answer of the API: unwrapped, its lines gathered by training.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// What the API says when there is nothing for this establishment.
const NO_DATA: &str = "UAI incorrect ou agricole";

/// An answer.
pub(super) enum Kept {
    /// There are no data for this code.
    WithoutData,
    Figures(Answer),
}

/// The figures of one code and one vintage.
pub(super) struct Answer {
    pub(super) route: String,
    pub(super) code: String,
    pub(super) millesime: String,
    /// Name of the establishment.
    pub(super) libelle: String,
    pub(super) lines: BTreeMap<Measured, BTreeMap<String, String>>,
    /// Lines that cannot be used, in words.
    pub(super) problems: Vec<String>,
    /// Agricultural lines of a région: the API mixes them with those of the same code, hence they are not read.
    pub(super) left_out: u64,
}

/// What a line is about.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Measured {
    pub(super) filiere: String,
    pub(super) cfd: String,
    pub(super) mefstat11: String,
}

/// A line of the body, as `fetch` wrote it.
#[derive(Deserialize)]
struct Line {
    route: String,
    code: String,
    millesime: String,
    status: u16,
    body: String,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    metadata: Metadata,
    data: Vec<Figure>,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(rename = "UAI", default)]
    establishment: Establishment,
}

#[derive(Default, Deserialize)]
struct Establishment {
    #[serde(default)]
    libelle_etab: String,
}

#[derive(Deserialize)]
struct Figure {
    id_mesure: String,
    valeur_mesure: Value,
    filiere: Option<String>,
    dimensions: Vec<BTreeMap<String, Value>>,
}

impl Answer {
    /// Reads a line; the error says what is wrong with it.
    pub(super) fn parse(text: &[u8]) -> Result<Kept, String> {
        let line: Line = serde_json::from_slice(text)
            .map_err(|error| format!("not an answer of the API: {error}"))?;
        let about = format!("{}, {}", line.code, line.millesime);
        if line.status == 400 {
            let message = message(&line.body);
            return if message.starts_with(NO_DATA) {
                Ok(Kept::WithoutData)
            } else {
                Err(format!("{about}: HTTP 400, « {message} »"))
            };
        }
        let document = document(&line.body).map_err(|error| format!("{about}: {error}"))?;
        let mut answer = Self {
            route: line.route,
            code: line.code,
            millesime: line.millesime,
            libelle: document.metadata.establishment.libelle_etab,
            lines: BTreeMap::new(),
            problems: Vec::new(),
            left_out: 0,
        };
        for figure in document.data {
            if let Err(problem) = answer.add(figure) {
                answer.problems.push(format!("{about}: {problem}"));
            }
        }
        Ok(Kept::Figures(answer))
    }

    fn add(&mut self, figure: Figure) -> Result<(), String> {
        let measure = figure.id_mesure;
        let [dimension] = figure.dimensions.as_slice() else {
            return Err(format!(
                "`{measure}` has {} dimensions",
                figure.dimensions.len()
            ));
        };
        let mut of = Measured::default();
        for (name, value) in dimension {
            let value = value
                .as_str()
                .ok_or_else(|| format!("`{name}` of `{measure}` is not a text"))?
                .to_owned();
            match name.as_str() {
                "id_formation_apprentissage" => of.cfd = value,
                "id_mefstat11" => of.mefstat11 = value,
                "ensemble" => {}
                _ => return Err(format!("`{measure}` has the unknown dimension `{name}`")),
            }
        }
        of.filiere = match figure.filiere.as_deref() {
            Some("voie_pro_sco_educ_nat") => "pro".to_owned(),
            Some("voie_pro_sco_agri") if self.route == "region" => {
                self.left_out += 1;
                return Ok(());
            }
            Some("voie_pro_sco_agri") => "agricole".to_owned(),
            Some(other) => other.to_owned(),
            None if !of.cfd.is_empty() => "apprentissage".to_owned(),
            None if !of.mefstat11.is_empty() => "pro".to_owned(),
            None => String::new(),
        };
        let value = match figure.valeur_mesure {
            Value::Null => return Ok(()),
            Value::Number(number) => number.to_string(),
            Value::String(text) => text,
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                return Err(format!("`{measure}` is not a number"));
            }
        };
        let measures = self.lines.entry(of.clone()).or_default();
        if let Some(first) = measures.get(&measure) {
            return Err(format!(
                "`{measure}` has two values for {}{}: {first} and {value}",
                of.cfd, of.mefstat11
            ));
        }
        measures.insert(measure, value);
        Ok(())
    }
}

/// The document, plain or inside a JSON string.
fn document(body: &str) -> serde_json::Result<Document> {
    if body.trim_start().starts_with('"') {
        serde_json::from_str(&serde_json::from_str::<String>(body)?)
    } else {
        serde_json::from_str(body)
    }
}

/// The message of an error, or the beginning of what stands for it.
fn message(body: &str) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        msg: String,
    }
    let refusal: serde_json::Result<Refusal> = if body.trim_start().starts_with('"') {
        serde_json::from_str::<String>(body).and_then(|inner| serde_json::from_str(&inner))
    } else {
        serde_json::from_str(body)
    };
    refusal.map_or_else(|_| body.chars().take(80).collect(), |refusal| refusal.msg)
}
