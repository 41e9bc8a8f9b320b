"""What the peers of `cargo xtask bench` have in common: the file, the folder of what they write, and the columns of InserSup."""

import re
import sys
from pathlib import Path

SOURCE, OUT = sys.argv[1], Path(sys.argv[2])
KEY = [
    "date_jeu", "etablissement", "id_paysage", "type_diplome", "dom", "discipli", "sectdis", "diplome", "promo",
    "obtention_diplome", "genre", "nationalite", "regime_inscription",
]
MEASURE = re.compile(r"^(nb|tx|salaire)_")
NEVER = re.compile(r"tx_sortants_en_emploi_(etranger_)?\d+$")
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
TERRITORIES = Path(__file__).resolve().parents[2] / "crates/debouches-insertion/codes/territoires.csv"
TAGS = [
    "region_cog", "region_nom", "region_academique_code", "region_academique_nom", "academie_code", "academie_nom",
    "departement_cog", "departement_nom", "uai_prefixe", "territoire_type",
]
