//! The measures that the site shows, grouped by what they count and over whom.

use crate::descriptor::Field;

/// What a measure is. Shares of the last year and rates of leavers have other denominators: they never stand in one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Share of the last year still studying.
    ShareStudying,
    /// Share of the last year in employment.
    ShareEmployed,
    /// The rest of the last year.
    ShareOther,
    /// Share of the last year still studying, over a longer series.
    RateStudying,
    /// Rate of leavers in salaried employment.
    RateEmployed,
    /// What the rate of an establishment should be, given whom it trains.
    RateExpected,
    /// The rate less the expected one, in points.
    ValueAdded,
    /// Rate of leavers who work for themselves.
    RateSelfEmployed,
    /// Share of the salaried who have a stable job.
    RateStable,
    /// Median monthly wage.
    MedianWage,
    /// Contracts of apprenticeship that were broken.
    RateBroken,
    /// Pupils of the last year.
    BaseLastYear,
    /// Leavers.
    BaseLeavers,
    /// A count of trainings.
    Count,
}

/// A column of figures.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Its column.
    pub column: String,
    /// What it is.
    pub family: Family,
    /// Months after the end of the training.
    pub horizon: Option<u8>,
    /// Its name in French.
    pub label: String,
    /// Its unit.
    pub unit: String,
    /// Over whom it is counted.
    pub denominator: String,
}

impl Measure {
    pub(crate) fn of(field: &Field) -> Option<Self> {
        let family = family(&field.name)?;
        let horizon = horizon(&field.name).or(match family {
            Family::ShareStudying | Family::ShareOther => Some(6),
            _ => None,
        });
        Some(Self {
            column: field.name.clone(),
            family,
            horizon,
            label: field.title.clone(),
            unit: field.unit.clone().unwrap_or_default(),
            denominator: field.denominator.clone().unwrap_or_default(),
        })
    }
}

fn family(name: &str) -> Option<Family> {
    const COMPUTED: [&str; 8] = [
        "_statut",
        "_ic_bas",
        "_ic_haut",
        "_autres",
        "_autres_effectif",
        "_ecart",
        "_p",
        "_jugement",
    ];
    if COMPUTED.iter().any(|end| name.ends_with(end)) {
        return None;
    }
    let starts = |start: &str| name.starts_with(start);
    Some(match name {
        "part_poursuite_etudes" => Family::RateStudying,
        "contrats_interrompus_pct" => Family::RateBroken,
        _ if starts("part_en_poursuite_d_etudes") => Family::ShareStudying,
        _ if starts("part_en_emploi_") && name.ends_with("_mois_apres_la_sortie") => {
            Family::ShareEmployed
        }
        _ if starts("part_des_autres_situations") => Family::ShareOther,
        _ if starts("taux_emploi_") && name.ends_with("_attendu") => Family::RateExpected,
        _ if starts("taux_emploi_") && name.ends_with("_mois") => Family::RateEmployed,
        _ if starts("tx_sortants_en_emploi_sal_fr_") => Family::RateEmployed,
        _ if starts("tx_sortants_en_emploi_non_sal_") => Family::RateSelfEmployed,
        _ if starts("tx_sortants_en_emploi_stable_") => Family::RateStable,
        _ if starts("salaire_q2_") || starts("salaire_12_mois_q2") => Family::MedianWage,
        _ if starts("valeur_ajoutee_") && name.ends_with("_mois") => Family::ValueAdded,
        _ if starts("nb_annee_term") => Family::BaseLastYear,
        "nb_sortant" => Family::BaseLeavers,
        _ if starts("nb_sortants_") && horizon(name).is_some() && name.len() <= 14 => {
            Family::BaseLeavers
        }
        _ if starts("nb_formations") => Family::Count,
        _ => return None,
    })
}

/// The months in the name of a column.
fn horizon(name: &str) -> Option<u8> {
    let number = name.split('_').find_map(|part| part.parse::<u8>().ok())?;
    matches!(number, 6 | 12 | 18 | 24 | 30).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_their_names() {
        assert_eq!(
            family("part_en_emploi_6_mois_apres_la_sortie"),
            Some(Family::ShareEmployed)
        );
        assert_eq!(
            family("tx_sortants_en_emploi_sal_fr_12"),
            Some(Family::RateEmployed)
        );
        assert_eq!(family("nb_sortants_12"), Some(Family::BaseLeavers));
        assert_eq!(family("nb_sortants_en_emploi_sal_fr_12"), None);
        assert_eq!(family("taux_emploi_6_mois_statut"), None);
        assert_eq!(horizon("part_des_autres_situations_12_mois"), Some(12));
        assert_eq!(horizon("part_en_poursuite_d_etudes"), None);
    }
}
