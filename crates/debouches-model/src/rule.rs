//! The catalogue of rules: one stable code each, explained in French and English.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
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
        sentence $fr:literal, $en:literal
        do $do_fr:literal, $do_en:literal;)*) => {
        /// A rule that data must follow. The code is stable: scripts and mails rely on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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
        sentence "{file} est vide ou ne contient qu'un en-tête", "{file} is empty or holds a header only"
        do "vérifier l'export à la source, puis relancer `debouches fetch --force`", "check the export at the source, then run `debouches fetch --force`";
    NotATable "not-a-table" Validate Fatal
        title "le fichier est un tableau de texte délimité", "the file is delimited text"
        sentence "{file} n'est pas un tableau : il commence par « {value} »", "{file} is not a table: it begins with `{value}`"
        do "l'adresse renvoie sans doute une page d'erreur : l'ouvrir dans un navigateur", "the address probably answers with an error page: open it in a browser";
    UnreadableBody "unreadable-body" Validate Fatal
        title "le contenu peut être lu jusqu'au bout", "the body can be read to its end"
        sentence "{file} ne peut pas être lu : {value}", "{file} cannot be read: {value}"
        do "télécharger de nouveau : le contenu est tronqué ou altéré, ou c'est un message d'erreur de la source", "download again: the body is truncated or damaged, or is an error message of the source";
    UnsupportedFormat "unsupported-format" Validate Fatal
        title "le contenu est dans un format que l'on sait lire", "the body is in a format that is read"
        sentence "{file} est au format {value}, qui n'est pas lu", "{file} is in format {value}, which is not read"
        do "demander au producteur un fichier CSV, JSON, XLSX ou Parquet", "ask the producer for CSV, JSON, XLSX or Parquet";
    UndecodableBytes "undecodable-bytes" Validate Error
        title "toutes les cellules sont dans l'encodage du fichier", "every cell is in the encoding of the file"
        sentence "`{column}` : cellule dans un autre encodage que le reste du fichier, lue « {value} »", "`{column}`: cell in another encoding than the rest of the file, read as `{value}`"
        do "demander au producteur un fichier d'un seul encodage ; ce qui n'est pas certain n'est pas publié", "ask the producer for a file in one encoding; what is not certain is not published";
    IncompletePage "incomplete-page" Validate Fatal
        title "le contenu a tous les enregistrements qu'il annonce", "the body has every record that it announces"
        sentence "{file} contient {value} enregistrements et en annonce {expected} : ce n'est qu'une page", "{file} holds {value} records and announces {expected}: it is one page only"
        do "prendre l'adresse de l'export complet, non celle d'une page de l'API", "use the address of the complete export, not that of a page of the API";
    UnexpectedEncoding "unexpected-encoding" Validate Warning
        title "le fichier est dans l'encodage annoncé", "the file is in the announced encoding"
        sentence "{file} est en {value} alors que {expected} est attendu ; il a été transcodé", "{file} is in {value} where {expected} is expected; it was transcoded"
        do "signaler le changement au producteur", "tell the producer about the change";
    UnknownHeader "unknown-header" Validate Fatal
        title "l'en-tête est celui d'une génération connue", "the header is that of a known generation"
        sentence "l'en-tête de {file} n'est pas reconnu : il manque {expected} ; en trop : {value}", "the header of {file} is not recognised: missing {expected}; extra: {value}"
        do "proposer une forme pour ce fichier, puis la relire : `debouches shape propose FICHIER --table TABLE`", "propose a shape for this file, then review it: `debouches shape propose FILE --table TABLE`";
    ExtraColumn "extra-column" Validate Warning
        title "aucune colonne inconnue", "no unknown column"
        sentence "la colonne « {column} » est inconnue et n'est pas reprise", "column `{column}` is unknown and is not carried over"
        do "l'ajouter à la forme et à la table, ou à la liste des colonnes ignorées", "add it to the shape and the table, or to the ignored columns";
    MissingColumn "missing-column" Validate Warning
        title "les colonnes facultatives d'une forme sont là", "the optional columns of a shape are there"
        sentence "la colonne « {column} » manque : {value}", "column `{column}` is missing: {value}"
        do "rien à faire si le producteur l'a retirée ; sinon, le lui signaler", "nothing to do if the producer removed it; otherwise tell them";
    RaggedRow "ragged-row" Validate Error
        title "chaque ligne a autant de cellules que l'en-tête", "each row has as many cells as the header"
        sentence "la ligne a {value} cellules au lieu de {expected}", "the row has {value} cells instead of {expected}"
        do "chercher un séparateur ou un guillemet de trop, ou une fin de fichier tronquée", "look for a stray separator or quote, or a truncated end of file";
    UnclosedQuote "unclosed-quote" Validate Fatal
        title "tout guillemet ouvert est fermé", "every opened quote is closed"
        sentence "un guillemet ouvert n'est jamais fermé : « {value} »", "a quote is opened and never closed: `{value}`"
        do "corriger la cellule à la source", "mend the cell at the source";
    TruncatedLastLine "truncated-last-line" Validate Fatal
        title "la dernière ligne est entière", "the last line is whole"
        sentence "{file} s'arrête au milieu d'une ligne : {value} cellules au lieu de {expected}, sans fin de ligne", "{file} stops in the middle of a line: {value} cells instead of {expected}, and no line end"
        do "télécharger de nouveau : la fin du fichier manque", "download again: the end of the file is missing";
    HeaderRepeated "header-repeated" Validate Error
        title "l'en-tête n'est pas répété dans le fichier", "the header is not repeated inside the file"
        sentence "la ligne répète l'en-tête", "the row repeats the header"
        do "le fichier est sans doute fait de plusieurs exports mis bout à bout : demander l'export d'un seul tenant", "the file is probably several exports put end to end: ask for a single export";
    TooFewRows "too-few-rows" Validate Fatal
        title "le fichier a au moins le nombre de lignes annoncé par la table", "the file has at least the number of rows that the table announces"
        sentence "{file} a {value} lignes, il en faut au moins {expected}", "{file} has {value} rows, at least {expected} are needed"
        do "vérifier que l'export à la source est complet", "check that the export at the source is complete";
    RequiredMissing "required-missing" Validate Error
        title "les colonnes obligatoires sont remplies", "required columns are filled"
        sentence "`{column}` est obligatoire et vide", "`{column}` is required and empty"
        do "compléter la cellule à la source", "fill the cell at the source";
    NotANumber "not-a-number" Validate Error
        title "une mesure est un nombre ou un marqueur connu", "a measure is a number or a known marker"
        sentence "`{column}` vaut « {value} » : {expected} est attendu", "`{column}` is `{value}`: {expected} is expected"
        do "corriger la cellule, ou déclarer le marqueur dans la table", "mend the cell, or declare the marker in the table";
    UnknownMarker "unknown-marker" Validate Warning
        title "un marqueur d'absence est l'un de ceux de la table", "a marker of absence is one of those of the table"
        sentence "`{column}` vaut « {value} », lu comme une valeur absente ({expected})", "`{column}` is `{value}`, read as a missing value ({expected})"
        do "demander au producteur ce que ce marqueur veut dire, et le déclarer dans la table", "ask the producer what the marker means, and declare it in the table";
    ShareNotPercent "share-not-percent" Validate Fatal
        title "un pourcentage est écrit sur 100", "a percentage is written out of 100"
        sentence "`{column}` ne dépasse jamais {value} : ce sont des parts de 1, non des pourcentages", "`{column}` never exceeds {value}: these are shares of 1, not percentages"
        do "demander au producteur des pourcentages ; un classeur les enregistre sur 1 quand la cellule a le format %", "ask the producer for percentages; a workbook stores them out of 1 when the cell has the % format";
    VintageTwice "vintage-twice" Validate Fatal
        title "les sources d'un même tableau ont des millésimes différents", "the sources of one table have different vintages"
        sentence "le millésime « {value} » vient de deux sources : {expected} et {file}", "vintage `{value}` comes from two sources: {expected} and {file}"
        do "retirer l'une des deux sources, ou la restreindre à ses millésimes", "remove one of the two sources, or narrow it to its vintages";
    AmbiguousNumber "ambiguous-number" Validate Error
        title "un nombre n'a qu'une lecture", "a number has one reading"
        sentence "`{column}` vaut « {value} », qui se lit de deux façons ({expected})", "`{column}` is `{value}`, which reads in two ways ({expected})"
        do "demander au producteur des nombres sans séparateur de milliers", "ask the producer for numbers without separator of thousands";
    NotADate "not-a-date" Validate Error
        title "un jour est écrit de façon certaine", "a day is written beyond doubt"
        sentence "`{column}` vaut « {value} » : un jour est attendu ({expected})", "`{column}` is `{value}`: a day is expected ({expected})"
        do "corriger la cellule à la source ; une année sur deux chiffres ou un mois écrit avant le jour ne sont pas devinés", "correct the cell at the source; a year of two digits or a month before the day is not guessed";
    CodeNormalised "code-normalised" Validate Warning
        title "un code est écrit comme son système l'écrit", "a code is written as its system writes it"
        sentence "`{column}` vaut « {value} », lu « {expected} »", "`{column}` is `{value}`, read as `{expected}`"
        do "signaler au producteur que son export perd des zéros de tête ou change la casse", "tell the producer that the export loses leading zeros or changes case";
    DamagedText "damaged-text" Validate Error
        title "les textes n'ont pas été abîmés par une conversion", "texts were not damaged by a conversion"
        sentence "`{column}` vaut « {value} », texte abîmé par une conversion ({expected})", "`{column}` is `{value}`, a text damaged by a conversion ({expected})"
        do "demander au producteur un nouvel export ; rien n'est réparé ici", "ask the producer for a new export; nothing is repaired here";
    MalformedCode "malformed-code" Validate Error
        title "un code a la forme de son système", "a code has the form of its system"
        sentence "`{column}` vaut « {value} » : forme attendue {expected}", "`{column}` is `{value}`: expected form {expected}"
        do "vérifier que les zéros de tête n'ont pas été perdus", "check that leading zeros were not lost";
    OutOfBounds "out-of-bounds" Validate Error
        title "une mesure est dans ses bornes", "a measure is within its bounds"
        sentence "`{column}` vaut {value}, hors des bornes {expected}", "`{column}` is {value}, outside the bounds {expected}"
        do "faire confirmer la valeur par le producteur", "have the producer confirm the value";
    NotInDomain "not-in-domain" Validate Error
        title "une modalité appartient à la liste de la table", "a category belongs to the list of the table"
        sentence "`{column}` vaut « {value} », hors de la liste attendue ({expected})", "`{column}` is `{value}`, not in the expected list ({expected})"
        do "si la modalité est nouvelle, l'ajouter à la table", "if the category is new, add it to the table";
    UaiCheckLetter "uai-check-letter" Validate Error
        title "la lettre de contrôle d'une UAI est juste", "the check letter of a UAI is right"
        sentence "`{column}` vaut « {value} » : la bonne lettre donnerait {expected}", "`{column}` is `{value}`: the right letter would give {expected}"
        do "corriger l'identifiant à la source ; la ligne est écartée", "mend the identifier at the source; the row is left out";
    DuplicateKey "duplicate-key" Validate Error
        title "la clé primaire est unique", "the primary key is unique"
        sentence "la clé {key} est déjà à la ligne {expected}", "key {key} is already on line {expected}"
        do "faire trancher par le producteur : aucune des deux lignes n'est préférée", "let the producer decide: neither row is preferred";
    SharesNotHundred "shares-not-hundred" Validate Error
        title "les trois parts du devenir font 100", "the three shares sum to 100"
        sentence "{column} font {value} au lieu de {expected}", "{column} sum to {value} instead of {expected}"
        do "faire confirmer les parts par le producteur", "have the producer confirm the shares";
    ValueAddedMismatch "value-added-mismatch" Validate Error
        title "la valeur ajoutée est l'écart, borné, entre le taux et le taux attendu", "value added is the clipped difference between the rate and the expected rate"
        sentence "{column} vaut {value} alors que l'écart borné est {expected}", "{column} is {value} where the clipped difference is {expected}"
        do "faire confirmer les trois valeurs par le producteur", "have the producer confirm the three values";
    LeaversMismatch "leavers-mismatch" Validate Error
        title "les sortants sont l'année terminale moins les poursuites d'études", "leavers are the final year minus those who continue"
        sentence "{column} vaut {value} au lieu de {expected}", "{column} is {value} instead of {expected}"
        do "faire confirmer les effectifs par le producteur", "have the producer confirm the counts";
    PartMismatch "part-mismatch" Validate Error
        title "la part en emploi est le taux d'emploi ramené à l'année terminale", "the share in employment is the employment rate brought back to the final year"
        sentence "{column} vaut {value} alors que taux × (100 − poursuite) / 100 donne {expected}", "{column} is {value} where rate × (100 − continuing) / 100 gives {expected}"
        do "faire confirmer le taux, la poursuite et la part par le producteur", "have the producer confirm the rate, the continuing share and the share";
    TwinMismatch "twin-mismatch" Validate Error
        title "deux colonnes qui disent la même mesure ont la même valeur", "two columns that tell the same measure have the same value"
        sentence "{column} : {value} d'un côté, {expected} de l'autre", "{column}: {value} on one side, {expected} on the other"
        do "faire dire par le producteur laquelle des deux valeurs est juste", "have the producer say which of the two values is right";
    RateMismatch "rate-mismatch" Validate Error
        title "un taux est l'arrondi du rapport de ses effectifs", "a rate is the rounded ratio of its counts"
        sentence "{column} vaut {value} alors que ses effectifs donnent {expected}", "{column} is {value} where its counts give {expected}"
        do "faire confirmer le taux et les deux effectifs par le producteur", "have the producer confirm the rate and both counts";
    HorizonJump "horizon-jump" Validate Warning
        title "un taux ne saute pas d'un horizon au suivant", "a rate does not jump from one horizon to the next"
        sentence "{column} vaut {value} ; l'horizon précédent est à {expected}", "{column} is {value}; the horizon before is at {expected}"
        do "faire confirmer les deux horizons par le producteur ; un taux d'emploi peut baisser, mais pas autant", "have the producer confirm both horizons; an employment rate may fall, but not that much";
    PromotionOverlap "promotion-overlap" Validate Warning
        title "une promotion n'est pas publiée seule et dans un cumul à la fois", "a promotion is not published both alone and in a cumulated pair"
        sentence "{key} : le cumul {value} recouvre {column} de la ligne {expected}", "{key}: the pair {value} overlaps {column} of line {expected}"
        do "ne pas additionner ces lignes ; demander au producteur laquelle retenir", "do not add these rows up; ask the producer which one to keep";
    DisciplineDuplicate "discipline-duplicate" Validate Warning
        title "un diplôme d'un établissement n'apparaît que sous une discipline", "a diploma of an establishment appears under one discipline only"
        sentence "{key} : même unité que la ligne {expected}, sous une autre discipline ({value})", "{key}: same unit as line {expected}, under another discipline ({value})"
        do "les deux lignes sont gardées, car la discipline est dans la clé ; ne pas les additionner", "both rows are kept, since the discipline is in the key; do not add them up";
    MefstatCfdMismatch "mefstat-cfd-mismatch" Validate Error
        title "les caractères 7 à 11 du MEFSTAT11 sont les caractères 4 à 8 du code diplôme", "characters 7 to 11 of the MEFSTAT11 are characters 4 to 8 of the diploma code"
        sentence "{column} vaut « {value} » alors que le code diplôme est « {expected} »", "{column} is `{value}` where the diploma code is `{expected}`"
        do "faire corriger la nomenclature par la DEPP (Base centrale des nomenclatures)", "have the DEPP mend the nomenclature (Base centrale des nomenclatures)";
    NsfMismatch "nsf-mismatch" Validate Error
        title "le groupe de spécialité est aux caractères 4 à 6 du code diplôme", "the speciality group is characters 4 to 6 of the diploma code"
        sentence "{column} vaut « {value} » alors que le code diplôme donne « {expected} »", "{column} is `{value}` where the diploma code gives `{expected}`"
        do "la colonne publiée fait foi ; au-delà des quatre exceptions connues, interroger la DEPP", "the published column is kept; past the four known exceptions, ask the DEPP";
    SuccessionCycle "succession-cycle" Validate Error
        title "aucun diplôme ne se succède à lui-même", "no diploma comes after itself"
        sentence "le diplôme « {value} » est sur une boucle de successions : {expected} lui succède et le précède", "diploma `{value}` is on a loop of successions: {expected} comes after it and before it"
        do "faire corriger la nomenclature par la DEPP : les chiffres tourneraient sans fin le long de la boucle", "have the DEPP mend the nomenclature: figures would go round the loop without end";
    SeveralGroups "several-groups" Validate Error
        title "un diplôme n'appartient qu'à un groupe", "a diploma belongs to one group"
        sentence "{key} : groupe {value}, alors que la ligne {expected} lui en donne un autre", "{key}: group {value}, where line {expected} gives another"
        do "faire dire par la DEPP quel groupe est le bon : l'année commune de deux familles ne peut pas être la même", "have the DEPP say which group is right: two families cannot have the same common year";
    DatesReversed "dates-reversed" Validate Warning
        title "un code ferme après son ouverture", "a code closes after it opens"
        sentence "`{column}` vaut {value}, avant l'ouverture du {expected}", "`{column}` is {value}, before the opening on {expected}"
        do "faire corriger les dates par la DEPP ; le code est gardé", "have the DEPP mend the dates; the code is kept";
    EmptyColumn "empty-column" Validate Error
        title "une mesure attendue pour un millésime n'est pas vide sur tout ce millésime", "a measure that a vintage should have is not empty on all of it"
        sentence "`{column}` est vide sur les {value} lignes de {key}", "`{column}` is empty on all {value} rows of {key}"
        do "demander au producteur si la colonne a été oubliée ; si elle n'est plus produite, le dire dans la table (`produced_until`)", "ask the producer whether the column was forgotten; if it is no longer produced, say so in the table (`produced_until`)";
    ConstantColumn "constant-column" Validate Warning
        title "une mesure n'a pas la même valeur sur toutes les lignes", "a measure has not the same value on every row"
        sentence "`{column}` vaut {value} sur les {expected} lignes remplies", "`{column}` is {value} on all {expected} filled rows"
        do "demander au producteur si la colonne a été recopiée", "ask the producer whether the column was filled down";
    ZeroColumn "zero-column" Validate Error
        title "une mesure n'est pas nulle sur toutes les lignes", "a measure is not zero on every row"
        sentence "`{column}` vaut zéro sur les {value} lignes remplies", "`{column}` is zero on all {value} filled rows"
        do "demander au producteur si des valeurs manquantes ont été remplacées par zéro", "ask the producer whether missing values were replaced with zero";
    UnexpectedMeasure "unexpected-measure" Validate Warning
        title "une mesure n'apparaît pas avant la date annoncée par la table", "a measure does not appear before the date told by the table"
        sentence "`{column}` est rempli ({value}) alors que la table l'annonce {expected}", "`{column}` is filled ({value}) where the table announces it {expected}"
        do "mettre à jour les dates de la colonne dans la table", "update the dates of the column in the table";
    FamilySetAside "family-set-aside" Validate Error
        title "une ligne mise de côté n'affaiblit pas le secret statistique", "a row set aside does not weaken disclosure control"
        sentence "ligne mise de côté avec la ligne {expected}, dont elle permettrait de recalculer les effectifs", "row set aside with line {expected}, whose counts it would allow to compute"
        do "corriger la ligne indiquée à la source : toute la famille revient avec elle", "correct the line at the source: the whole family comes back with it";
    KeyInDoubt "key-in-doubt" Validate Fatal
        title "la clé d'une ligne mise de côté est connue quand le secret statistique en dépend", "the key of a row set aside is known when disclosure control depends on it"
        sentence "{value:ligne mise de côté a:lignes mises de côté ont} une clé douteuse, la première ligne {line} : on ne sait pas quels effectifs elle permettrait de recalculer", "{value:row set aside has:rows set aside have} a key in doubt, first on line {line}: nobody knows which counts it would allow to compute"
        do "corriger la ligne à la source ; le tableau attend", "correct the row at the source; the table waits";
    FindingsCut "findings-cut" Validate Warning
        title "la liste des constats est complète", "the list of findings is complete"
        sentence "{expected} constats de la règle {column}, dont les {value} premiers sont listés", "{expected} findings of rule {column}, of which the first {value} are listed"
        do "les corriger à la source ; les suivants seront listés", "correct them at the source; the others will be listed";
    FormulaCell "formula-cell" Validate Error
        title "aucun texte ne commence comme une formule de tableur", "no text begins like a spreadsheet formula"
        sentence "`{column}` commence comme une formule : « {value} »", "`{column}` begins like a formula: `{value}`"
        do "corriger à la source, ou déclarer `formula = \"text\"` sur la colonne si ces textes sont justes", "correct at the source, or declare `formula = \"text\"` on the column when such texts are right";
    UnknownRegion "unknown-region" Enrich Error
        title "chaque ligne localisée a une région", "each located row has a région"
        sentence "aucune région pour `{column}` = « {value} »", "no région for `{column}` = `{value}`"
        do "compléter `codes/territoires.csv`, ou corriger la source", "complete `codes/territoires.csv`, or mend the source";
    RegionConflict "region-conflict" Enrich Warning
        title "la région publiée est celle du préfixe de l'UAI", "the published région is that of the UAI prefix"
        sentence "{key} : région publiée {value}, région du préfixe {expected}", "{key}: published région {value}, région of the prefix {expected}"
        do "la région publiée est gardée ; signaler l'écart au producteur", "the published région is kept; tell the producer";
    UnknownCode "unknown-code" Enrich Warning
        title "chaque code de formation est dans les nomenclatures", "each training code is in the nomenclatures"
        sentence "le code `{column}` = « {value} » est inconnu des nomenclatures ({expected} lignes)", "code `{column}` = `{value}` is unknown to the nomenclatures ({expected} rows)"
        do "rafraîchir les nomenclatures (BCN, Certif Info), puis relancer", "refresh the nomenclatures (BCN, Certif Info), then run again";
    CodeClosed "code-closed" Enrich Warning
        title "un code de formation n'est pas fermé avant la première promotion du millésime", "a training code is not closed before the first cohort of the vintage"
        sentence "{key} : le code `{column}` = « {value} » a fermé le {expected}", "{key}: code `{column}` = `{value}` closed on {expected}"
        do "les derniers redoublants expliquent une année d'écart ; au-delà, demander à la DEPP quel code porte la promotion", "the last pupils who repeat explain one year; past it, ask the DEPP which code has the cohort";
    UnknownReference "unknown-reference" Enrich Warning
        title "un code qui renvoie à une nomenclature s'y trouve", "a code that refers to a nomenclature is in it"
        sentence "`{column}` = « {value} » n'est pas dans {expected}", "`{column}` = `{value}` is not in {expected}"
        do "rafraîchir les deux nomenclatures ensemble ; si l'écart reste, le signaler au producteur", "refresh both nomenclatures together; if the gap remains, tell the producer";
    DriftVintage "drift-vintage" Package Error
        title "aucun millésime publié ne disparaît", "no published vintage disappears"
        sentence "{key} : millésime absent, {expected:ligne publiée:lignes publiées} aujourd'hui", "{key}: vintage missing, {expected:row is:rows are} published today"
        do "vérifier que la source est complète ; si le retrait est voulu, `debouches waive` le note", "check that the source is complete; if it was meant, `debouches waive` records it";
    DriftRows "drift-rows" Package Error
        title "aucune tranche ne perd plus de lignes que son budget", "no slice loses more rows than its budget"
        sentence "{key} : {value:ligne:lignes}, {expected:attendue:attendues}", "{key}: {value:row:rows}, {expected} expected"
        do "vérifier que la source est complète ; si la perte est voulue, `debouches waive` la note", "check that the source is complete; if it was meant, `debouches waive` records it";
    DriftKeys "drift-keys" Package Error
        title "les établissements, diplômes et autres clés ne disparaissent pas au-delà du budget", "establishments, diplomas and other keys do not disappear past the budget"
        sentence "{key} : {value:valeur distincte:valeurs distinctes} de `{column}`, {expected:attendue:attendues}", "{key}: {value:distinct value:distinct values} of `{column}`, {expected} expected"
        do "chercher ce qui manque dans la source, ou un identifiant qui a changé de forme", "look for what the source lacks, or for an identifier whose form changed";
    DriftHidden "drift-hidden" Package Error
        title "une mesure n'est pas plus souvent vide ou masquée qu'avant, au-delà du budget", "a measure is not empty or hidden more often than before, past the budget"
        sentence "{key} : `{column}` est vide ou masqué dans {value} des cellules, {expected} dans la version publiée", "{key}: `{column}` is empty or hidden in {value} of the cells, {expected} in the published version"
        do "demander au producteur si la colonne a été vidée, ou si la règle de secret a changé", "ask the producer whether the column was emptied, or whether the secrecy rule changed";
    DriftValues "drift-values" Package Error
        title "la moyenne et les quantiles d'une mesure ne bougent pas au-delà du budget", "the mean and the quantiles of a measure do not move past the budget"
        sentence "{key} : `{column}` vaut {value}, {expected} dans la version publiée", "{key}: `{column}` is {value}, {expected} in the published version"
        do "demander au producteur si la définition ou l'unité a changé", "ask the producer whether the definition or the unit changed";
    SecrecyLeak "secrecy-leak" Package Fatal
        title "aucun effectif ni taux sous le seuil de diffusion", "no count or rate under the diffusion threshold"
        sentence "`{column}` vaut {value} pour {key} alors que sa base est {expected}", "`{column}` is {value} for {key} while its base is {expected}"
        do "ne rien publier ; relancer `debouches enrich --force` et prévenir l'équipe", "publish nothing; run `debouches enrich --force` and tell the team";
}

impl RuleCode {
    /// How many columns a table names for the rule; none when any number will do.
    #[must_use]
    pub fn columns(self) -> Option<usize> {
        match self {
            Self::TwinMismatch
            | Self::MefstatCfdMismatch
            | Self::NsfMismatch
            | Self::SeveralGroups
            | Self::DatesReversed => Some(2),
            Self::ValueAddedMismatch
            | Self::LeaversMismatch
            | Self::PartMismatch
            | Self::RateMismatch => Some(3),
            // The diploma, seven former codes, seven new ones.
            Self::SuccessionCycle => Some(15),
            _ => None,
        }
    }
}

impl fmt::Display for RuleCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RuleCode {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, String> {
        Self::ALL
            .iter()
            .copied()
            .find(|rule| rule.as_str() == code)
            .ok_or_else(|| format!("no rule has the code `{code}`"))
    }
}
