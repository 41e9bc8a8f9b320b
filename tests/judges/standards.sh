#!/usr/bin/env bash
# The metadata of a release before its judges: standards.sh VENV RELEASE_FOLDER
# Each judge ends the script with its own words when it refuses.
set -euo pipefail
bin=$(cd "$1/bin" && pwd)
shapes=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/dcat-ap.shapes.ttl
profiles=$("$bin/python" -c 'import dplib, pathlib; print(pathlib.Path(dplib.__file__).parent / "profiles" / "2.0")')
cd "$2"
judge() {
  local log; log=$(mktemp)
  if "${@:2}" >"$log" 2>&1; then printf '%s: %s\n' "$1" "accepted"; rm -f "$log"; else cat "$log"; echo "refused by $1: $PWD"; exit 1; fi
}
judge "check-jsonschema, Data Package 2.0 profile" "$bin/check-jsonschema" --schemafile "$profiles/datapackage.json" datapackage.json
judge "pyshacl, mandatory properties of DCAT-AP 3.0.1" "$bin/pyshacl" -s "$shapes" -df json-ld dcat.jsonld
judge "rdflib, PROV-O" "$bin/python" -c "
import rdflib
g = rdflib.Graph().parse('prov.jsonld', format='json-ld')
P = rdflib.Namespace('http://www.w3.org/ns/prov#')
files = set(g.subjects(P.wasGeneratedBy))
assert files and all(set(g.objects(f, P.wasDerivedFrom)) <= set(g.subjects(rdflib.RDF.type, P.Entity)) for f in files)
assert all(any(g.objects(f, P.wasDerivedFrom)) for f in files)"
judge "mlcroissant validate" "$bin/mlcroissant" validate --jsonld croissant.json
for metadata in *.csv-metadata.json; do
  table=${metadata%.csv-metadata.json}
  judge "csvwvalidate $table" "$bin/csvwvalidate" "$metadata"
  judge "check-jsonschema, Table Schema 2.0 profile, $table" "$bin/check-jsonschema" --schemafile "$profiles/tableschema.json" "$table.schema.json"
  judge "mlcroissant load $table" "$bin/mlcroissant" load --jsonld croissant.json --record_set "$table" --num_records 5
done
