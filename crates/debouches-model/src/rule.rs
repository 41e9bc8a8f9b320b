//! The catalogue of rules: one stable code each, explained in French and English.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Lang, Severity, Stage};

/// What `debouches explain CODE` says of a rule, and how a finding reads.
///
/// In sentences, `{file}`, `{column}`, `{value}` and `{expected}` stand for the fields of the finding.
#[derive(Debug, Clone, Copy)]
pub struct RuleEntry {
    /// The code.
    pub rule: RuleCode,
    /// The stage that applies it.
    pub stage: Stage,
    /// Severity unless the table says otherwise.
    pub severity: Severity,
    title: [&'static str; 2],
    sentence: [&'static str; 2],
    remedy: [&'static str; 2],
}

impl RuleEntry {
    /// What the rule demands.
    #[must_use]
    pub fn title(&self, lang: Lang) -> &'static str {
        self.title[lang as usize]
    }

    /// How a finding of this rule reads.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> &'static str {
        self.sentence[lang as usize]
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self, lang: Lang) -> &'static str {
        self.remedy[lang as usize]
    }
}

macro_rules! rules {
    ($($variant:ident $code:literal $stage:ident $severity:ident
        title $title_fr:literal, $title_en:literal
        says $fr:literal, $en:literal
        do $do_fr:literal, $do_en:literal;)*) => {
        /// A rule that data must follow. The code is stable: scripts and mails rely on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum RuleCode {
            $(#[doc = $title_en] #[serde(rename = $code)] $variant,)*
        }

        impl RuleCode {
            /// Every rule, in the order of the catalogue.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable code.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What is known of the rule.
            #[must_use]
            pub fn entry(self) -> RuleEntry {
                match self {
                    $(Self::$variant => RuleEntry {
                        rule: self,
                        stage: Stage::$stage,
                        severity: Severity::$severity,
                        title: [$title_fr, $title_en],
                        sentence: [$fr, $en],
                        remedy: [$do_fr, $do_en],
                    },)*
                }
            }
        }
    };
}

rules! {
    EmptyFile "empty-file" Validate Fatal
        title "le fichier contient un en-tête et au moins une ligne", "the file has a header and at least one row"
        says "{file} est vide ou ne contient qu'un en-tête", "{file} is empty or holds a header only"
        do "vérifier l'export à la source, puis relancer `debouches fetch --force`", "check the export at the source, then run `debouches fetch --force`";
    NotATable "not-a-table" Validate Fatal
        title "le fichier est un tableau de texte délimité", "the file is delimited text"
        says "{file} n'est pas un tableau : il commence par « {value} »", "{file} is not a table: it begins with `{value}`"
        do "l'adresse renvoie sans doute une page d'erreur : l'ouvrir dans un navigateur", "the address probably answers with an error page: open it in a browser";
    UnreadableBody "unreadable-body" Validate Fatal
        title "le contenu peut être lu jusqu'au bout", "the body can be read to its end"
        says "{file} ne peut pas être lu : {value}", "{file} cannot be read: {value}"
        do "télécharger de nouveau : l'archive est tronquée ou altérée", "download again: the archive is truncated or damaged";
    UndecodableBytes "undecodable-bytes" Validate Fatal
        title "tout le fichier est dans un même encodage", "the whole file is in one encoding"
        says "{column} : octets qui ne sont pas de l'UTF-8 dans un fichier qui en contient, lus « {value} »", "{column}: bytes that are not UTF-8 in a file that is, read as `{value}`"
        do "demander au producteur un fichier d'un seul encodage ; rien n'est deviné", "ask the producer for a file in one encoding; nothing is guessed";
    UnexpectedEncoding "unexpected-encoding" Validate Warning
        title "le fichier est dans l'encodage annoncé", "the file is in the announced encoding"
        says "{file} est en {value} alors que {expected} est attendu ; il a été transcodé", "{file} is in {value} where {expected} is expected; it was transcoded"
        do "signaler le changement au producteur", "tell the producer about the change";
    UnknownHeader "unknown-header" Validate Fatal
        title "l'en-tête est celui d'une génération connue", "the header is that of a known generation"
        says "l'en-tête de {file} n'est pas reconnu : il manque {expected} ; en trop : {value}", "the header of {file} is not recognised: missing {expected}; extra: {value}"
        do "comparer avec les formes connues dans `crates/debouches-validate/src/shapes/`", "compare with the known shapes in `crates/debouches-validate/src/shapes/`";
    ExtraColumn "extra-column" Validate Warning
        title "aucune colonne inconnue", "no unknown column"
        says "la colonne « {column} » est inconnue et n'est pas reprise", "column `{column}` is unknown and is not carried over"
        do "l'ajouter à la forme et à la table, ou à la liste des colonnes ignorées", "add it to the shape and the table, or to the ignored columns";
    RaggedRow "ragged-row" Validate Error
        title "chaque ligne a autant de cellules que l'en-tête", "each row has as many cells as the header"
        says "la ligne a {value} cellules au lieu de {expected}", "the row has {value} cells instead of {expected}"
        do "chercher un séparateur ou un guillemet de trop, ou une fin de fichier tronquée", "look for a stray separator or quote, or a truncated end of file";
    UnclosedQuote "unclosed-quote" Validate Fatal
        title "tout guillemet ouvert est fermé", "every opened quote is closed"
        says "un guillemet ouvert n'est jamais fermé : « {value} »", "a quote is opened and never closed: `{value}`"
        do "corriger la cellule à la source", "mend the cell at the source";
    RequiredMissing "required-missing" Validate Error
        title "les colonnes obligatoires sont remplies", "required columns are filled"
        says "`{column}` est obligatoire et vide", "`{column}` is required and empty"
        do "compléter la cellule à la source", "fill the cell at the source";
    NotANumber "not-a-number" Validate Error
        title "une mesure est un nombre ou un marqueur connu", "a measure is a number or a known marker"
        says "`{column}` vaut « {value} » : un nombre est attendu ({expected})", "`{column}` is `{value}`: a number is expected ({expected})"
        do "corriger la cellule, ou déclarer le marqueur dans la table", "mend the cell, or declare the marker in the table";
    MalformedCode "malformed-code" Validate Error
        title "un code a la forme de son système", "a code has the form of its system"
        says "`{column}` vaut « {value} » : forme attendue {expected}", "`{column}` is `{value}`: expected form {expected}"
        do "vérifier que les zéros de tête n'ont pas été perdus", "check that leading zeros were not lost";
    OutOfBounds "out-of-bounds" Validate Error
        title "une mesure est dans ses bornes", "a measure is within its bounds"
        says "`{column}` vaut {value}, hors des bornes {expected}", "`{column}` is {value}, outside the bounds {expected}"
        do "faire confirmer la valeur par le producteur", "have the producer confirm the value";
    NotInDomain "not-in-domain" Validate Error
        title "une modalité appartient à la liste de la table", "a category belongs to the list of the table"
        says "`{column}` vaut « {value} », hors de la liste attendue ({expected})", "`{column}` is `{value}`, not in the expected list ({expected})"
        do "si la modalité est nouvelle, l'ajouter à la table", "if the category is new, add it to the table";
    UaiCheckLetter "uai-check-letter" Validate Error
        title "la lettre de contrôle d'une UAI est juste", "the check letter of a UAI is right"
        says "`{column}` vaut « {value} » : la bonne lettre donnerait {expected}", "`{column}` is `{value}`: the right letter would give {expected}"
        do "corriger l'identifiant à la source ; la ligne est écartée", "mend the identifier at the source; the row is left out";
    DuplicateKey "duplicate-key" Validate Error
        title "la clé primaire est unique", "the primary key is unique"
        says "la clé {key} est déjà à la ligne {expected}", "key {key} is already on line {expected}"
        do "faire trancher par le producteur : aucune des deux lignes n'est préférée", "let the producer decide: neither row is preferred";
    SharesNotHundred "shares-not-hundred" Validate Error
        title "les trois parts du devenir font 100", "the three shares sum to 100"
        says "{column} font {value} au lieu de {expected}", "{column} sum to {value} instead of {expected}"
        do "faire confirmer les parts par le producteur", "have the producer confirm the shares";
    ValueAddedMismatch "value-added-mismatch" Validate Error
        title "la valeur ajoutée est l'écart, borné, entre le taux et le taux attendu", "value added is the clipped difference between the rate and the expected rate"
        says "{column} vaut {value} alors que l'écart borné est {expected}", "{column} is {value} where the clipped difference is {expected}"
        do "faire confirmer les trois valeurs par le producteur", "have the producer confirm the three values";
    LeaversMismatch "leavers-mismatch" Validate Error
        title "les sortants sont l'année terminale moins les poursuites d'études", "leavers are the final year minus those who continue"
        says "{column} vaut {value} au lieu de {expected}", "{column} is {value} instead of {expected}"
        do "faire confirmer les effectifs par le producteur", "have the producer confirm the counts";
    UnexpectedMeasure "unexpected-measure" Validate Warning
        title "une mesure n'apparaît pas avant la date annoncée par la table", "a measure does not appear before the date told by the table"
        says "`{column}` est rempli ({value}) alors que la table l'annonce {expected}", "`{column}` is filled ({value}) where the table announces it {expected}"
        do "mettre à jour les dates de la colonne dans la table", "update the dates of the column in the table";
    FormulaCell "formula-cell" Validate Warning
        title "aucun texte ne commence comme une formule de tableur", "no text begins like a spreadsheet formula"
        says "`{column}` commence comme une formule : « {value} »", "`{column}` begins like a formula: `{value}`"
        do "corriger à la source ; la cellule est publiée entre guillemets, sans changement", "mend at the source; the cell is published quoted, unchanged";
    UnknownRegion "unknown-region" Enrich Error
        title "chaque ligne localisée a une région", "each located row has a région"
        says "aucune région pour `{column}` = « {value} »", "no région for `{column}` = `{value}`"
        do "compléter `codes/territoires.csv`, ou corriger la source", "complete `codes/territoires.csv`, or mend the source";
    RegionConflict "region-conflict" Enrich Warning
        title "la région publiée est celle du préfixe de l'UAI", "the published région is that of the UAI prefix"
        says "{key} : région publiée {value}, région du préfixe {expected}", "{key}: published région {value}, région of the prefix {expected}"
        do "la région publiée est gardée ; signaler l'écart au producteur", "the published région is kept; tell the producer";
    UnknownCode "unknown-code" Enrich Warning
        title "chaque code de formation est dans les nomenclatures", "each training code is in the nomenclatures"
        says "le code `{column}` = « {value} » est inconnu des nomenclatures ({expected} lignes)", "code `{column}` = `{value}` is unknown to the nomenclatures ({expected} rows)"
        do "rafraîchir les nomenclatures (BCN, Certif Info), puis relancer", "refresh the nomenclatures (BCN, Certif Info), then run again";
    SecrecyLeak "secrecy-leak" Package Fatal
        title "aucun effectif ni taux sous le seuil de diffusion", "no count or rate under the diffusion threshold"
        says "`{column}` vaut {value} pour {key} alors que sa base est {expected}", "`{column}` is {value} for {key} while its base is {expected}"
        do "ne rien publier ; relancer `debouches enrich --force` et prévenir l'équipe", "publish nothing; run `debouches enrich --force` and tell the team";
}

impl fmt::Display for RuleCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RuleCode {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|rule| rule.as_str() == code).ok_or_else(|| format!("no rule has the code `{code}`"))
    }
}
