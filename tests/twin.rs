//! The producers, on a loopback port: Opendatasoft portals, the BCN export, data.gouv.fr, INSEE, France Travail, Onisep.
//!
//! Content is that of the sample, under the addresses, methods and headings that were seen on the producers themselves. What
//! goes wrong with one address is asked for, and every request is remembered.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

use crate::harness::fixture;

/// The hosts of the producers, all answered by the twin.
pub(crate) const HOSTS: [&str; 8] = [
    "https://data.education.gouv.fr",
    "https://data.enseignementsup-recherche.gouv.fr",
    "https://bcn.depp.education.fr",
    "https://www.data.gouv.fr",
    "https://www.insee.fr",
    "https://api.francetravail.fr",
    "https://api.opendata.onisep.fr",
    "https://catalogue-apprentissage.intercariforef.org",
];

/// What goes wrong with the data of one producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accident {
    /// That many answers 502 before the right one.
    BadGateway(u32),
    /// 202 with `Retry-After`, once.
    Preparing,
    /// A page for people, with a success.
    Maintenance,
    /// The last half of the records is missing, and the length is that of what is sent.
    Cut,
    /// A column has another name.
    Renamed,
    /// The address is not there any more.
    Gone,
    /// 503 whatever is asked: the producer is down.
    Down,
    /// The body is served without length, and the connection closed at its end.
    NoLength,
    /// The body is packed although nobody asked.
    Packed,
}

#[derive(Default)]
struct World {
    /// The body of each dataset or file, by its key.
    bodies: BTreeMap<String, Vec<u8>>,
    /// How often each was published.
    editions: BTreeMap<String, u32>,
    accidents: BTreeMap<String, Accident>,
    requests: Vec<String>,
    /// What was posted to the chat room.
    told: Vec<String>,
}

/// The producers. They end with the process.
pub(crate) struct Twin {
    /// Where they are, `http://host:port`.
    pub(crate) url: String,
    world: Arc<Mutex<World>>,
}

impl Twin {
    /// Every producer with the sample's content.
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let world = Arc::new(Mutex::new(World {
            bodies: bodies(),
            ..World::default()
        }));
        let shared = Arc::clone(&world);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that goes away before the end is none of our business.
                thread::spawn(move || drop(serve(stream, &shared)));
            }
        });
        Self { url, world }
    }

    /// The rewriting of a profile whose hosts are all here.
    pub(crate) fn rewrite(&self) -> String {
        let hosts = HOSTS.map(|host| format!("{host:?} = {:?}", self.url));
        format!("rewrite = {{ {} }}", hosts.join(", "))
    }

    /// From now on, that goes wrong there; or nothing any more.
    pub(crate) fn strike(&self, key: &str, accident: Option<Accident>) {
        let mut world = self.world.lock().unwrap();
        assert!(world.bodies.contains_key(key), "there is no {key}");
        match accident {
            Some(accident) => world.accidents.insert(key.to_owned(), accident),
            None => world.accidents.remove(key),
        };
    }

    /// Publishes a new edition: what stands for one text stands for another one.
    pub(crate) fn publish(&self, key: &str, from: &str, to: &str) {
        let mut world = self.world.lock().unwrap();
        let text = String::from_utf8(world.bodies[key].clone()).unwrap();
        assert!(text.contains(from), "{key} has no {from}");
        let text = text.replacen(from, to, 1);
        world.bodies.insert(key.to_owned(), text.into_bytes());
        *world.editions.entry(key.to_owned()).or_default() += 1;
    }

    /// Publishes a new edition, made from the bytes of the one before.
    pub(crate) fn rewrite_body(&self, key: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        let mut world = self.world.lock().unwrap();
        let body = world
            .bodies
            .remove(key)
            .unwrap_or_else(|| panic!("there is no {key}"));
        let changed = change(body.clone());
        assert!(changed != body, "{key} did not change");
        world.bodies.insert(key.to_owned(), changed);
        *world.editions.entry(key.to_owned()).or_default() += 1;
    }

    /// The bytes of a dataset or file as they are served.
    pub(crate) fn body(&self, key: &str) -> Vec<u8> {
        self.world.lock().unwrap().bodies[key].clone()
    }

    /// Everything of everybody is down, or up again.
    pub(crate) fn strike_all(&self, accident: Option<Accident>) {
        let keys: Vec<String> = self.world.lock().unwrap().bodies.keys().cloned().collect();
        keys.iter().for_each(|key| self.strike(key, accident));
    }

    /// The address of a chat room.
    pub(crate) fn room(&self) -> String {
        format!("{}/room", self.url)
    }

    /// What the chat room was told since the last call.
    pub(crate) fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.world.lock().unwrap().told)
    }

    /// The requests since the last call, as `METHOD path`.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.world.lock().unwrap().requests)
    }
}

fn sample(path: &str) -> Vec<u8> {
    std::fs::read(fixture("sources").join(path)).unwrap()
}

/// The cells of a body.
pub(crate) fn lines(body: &[u8]) -> Vec<Vec<String>> {
    let text = String::from_utf8_lossy(body).into_owned();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

/// A body made of these cells.
pub(crate) fn written(lines: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .from_writer("\u{feff}".as_bytes().to_vec());
    for line in lines {
        writer.write_record(line).unwrap();
    }
    writer.into_inner().unwrap()
}

/// Columns of a body under other headings; a column that is not a number is a text for each line.
fn arranged(body: &[u8], columns: &[(&str, Result<usize, &str>)]) -> Vec<u8> {
    let heading = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
    let rows = lines(body).into_iter().skip(1).map(|line| {
        let cell = |column: &Result<usize, &str>| match column {
            Ok(index) => line[*index].clone(),
            Err(text) => (*text).to_owned(),
        };
        columns.iter().map(|(_, column)| cell(column)).collect()
    });
    written(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}

/// The lycées as their portal writes them, from the download of the InserJeunes site.
fn lycees() -> Vec<u8> {
    let download = sample("inserjeunes/etablissements-2021_2022-pro.csv");
    arranged(
        &download,
        &[
            ("annee", Err("cumul 2021-2022")),
            ("uai", Ok(0)),
            ("libelle", Ok(1)),
            ("region", Ok(2)),
            ("part_en_poursuite_d_etudes", Ok(8)),
            ("part_en_emploi_6_mois_apres_la_sortie", Ok(9)),
            ("part_des_autres_situations", Ok(10)),
            ("taux_poursuite_etudes", Ok(4)),
            ("taux_emploi_6_mois", Ok(5)),
            ("taux_emploi_6_mois_attendu", Ok(6)),
            ("taux_emploi_12_mois", Ok(5)),
            ("taux_emploi_18_mois", Ok(5)),
            ("taux_emploi_24_mois", Ok(5)),
            ("dont_apprentis_eple", Ok(3)),
            ("va_emploi_6_mois", Ok(7)),
        ],
    )
}

/// The directory of schools as its portal writes it, from that of universities.
fn directory() -> Vec<u8> {
    let paysage = sample("annuaire/fr-esr-principaux-etablissements.csv");
    let heading = &lines(&paysage)[0];
    let index = |name: &str| Ok(heading.iter().position(|own| own == name).unwrap());
    arranged(
        &paysage,
        &[
            ("identifiant_de_l_etablissement", index("uai - identifiant")),
            ("code_region", index("Code région")),
            ("code_academie", index("Code académie")),
            ("code_departement", index("Code département")),
        ],
    )
}

/// The archive of France Travail: many files, whose names carry the version, and what a Macintosh adds.
fn rome() -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let code_rome = sample("metiers/rome_v460.csv");
    for (name, bytes) in [
        (
            "unix_referentiel_appellation_v461_utf8.csv",
            b"a,b\n1,2\n".as_slice(),
        ),
        ("unix_referentiel_code_rome_v461_utf8.csv", &code_rome),
        ("__MACOSX/._unix_referentiel_code_rome_v461_utf8.csv", b"x"),
    ] {
        writer
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The communes of the overseas collectivities under the headings of INSEE.
fn overseas() -> Vec<u8> {
    let (bytes, text) = (
        sample("territoires/cog_collectivites_outremer.csv"),
        Err(""),
    );
    let body = String::from_utf8(bytes).unwrap().replace(',', ";");
    let columns = [
        ("COM_COMER", Ok(0)),
        ("TNCC", text),
        ("NCC", text),
        ("NCCENR", text),
        ("LIBELLE", Ok(1)),
        ("NATURE_ZONAGE", text),
        ("COMER", Ok(2)),
        ("LIBELLE_COMER", Ok(3)),
    ];
    arranged(body.as_bytes(), &columns)
}

/// The catalogue of apprenticeships as its public API writes it: one record on each line.
fn apprenticeships() -> Vec<u8> {
    let rows = lines(&sample("offre/catalogue_apprentissage.csv"));
    let bare = |cell: &str| cell.trim_matches(['=', '"']).to_owned();
    let records = rows.iter().skip(1).map(|row| {
        json!({
            "cle_ministere_educatif": bare(&row[0]),
            "etablissement_lieu_formation_uai": bare(&row[1]),
            "etablissement_formateur_uai": bare(&row[2]),
            "etablissement_gestionnaire_uai": bare(&row[3]),
            "cfd": bare(&row[4]),
        })
        .to_string()
    });
    records.collect::<Vec<_>>().join("\n").into_bytes()
}

fn bodies() -> BTreeMap<String, Vec<u8>> {
    [
        (
            "fr-en-inserjeunes-cfa",
            sample("ij-cfa/fr-en-inserjeunes-cfa.csv"),
        ),
        (
            "fr-en-inserjeunes-cfa-formation_fine",
            sample("inserjeunes/cfa-formation-fine.csv"),
        ),
        ("fr-en-inserjeunes-lycee_pro", lycees()),
        (
            "fr-en-inserjeunes-lycee_pro-formation-fine",
            sample("inserjeunes/lycee_pro-formation-fine.csv"),
        ),
        ("fr-esr-insersup", sample("insersup/fr-esr-insersup.csv")),
        ("fr-en-annuaire-education", directory()),
        (
            "fr-esr-principaux-etablissements-enseignement-superieur",
            sample("annuaire/fr-esr-principaux-etablissements.csv"),
        ),
        (
            "fr-esr-insertion_professionnelle-master",
            sample("insertion-master/fr-esr-insertion_professionnelle-master.csv"),
        ),
        ("N_MEF", sample("bcn/n_mef.csv")),
        ("V_FORMATION_DIPLOME", sample("bcn/n_formation_diplome.csv")),
        ("N_FORMATION_DIPLOME", sample("bcn/n_formation_diplome.csv")),
        ("N_GROUPE_SPECIALITE", sample("bcn/n_groupe_specialite.csv")),
        (
            "N_LIEN_FORMATION_GROUPE",
            sample("bcn/n_lien_formation_groupe.csv"),
        ),
        (
            "f2981d6f-e55c-42cd-8eba-3e891777e222",
            sample("metiers/certif_info.csv"),
        ),
        (
            "91a95bee-c7c8-45f9-a8aa-f14cc4697545",
            sample("territoires/cog_communes.csv"),
        ),
        (
            "54a8263d-6e2d-48d5-b214-aa17cc13f7a0",
            sample("territoires/cog_departements.csv"),
        ),
        (
            "2486b351-5d85-4e1a-8d12-5df082c75104",
            sample("territoires/cog_regions.csv"),
        ),
        (
            "v_arrondissement_2026.csv",
            sample("territoires/cog_arrondissements.csv"),
        ),
        (
            "v_mvt_commune_2026.csv",
            sample("territoires/cog_mouvements_communes.csv"),
        ),
        ("v_commune_comer_2026.csv", overseas()),
        ("formations.json", apprenticeships()),
        ("rome", rome()),
        ("6152ccdf850ef.json", sample("metiers/onisep_passage.json")),
    ]
    .into_iter()
    .map(|(key, body)| (key.to_owned(), body))
    .collect()
}

fn serve(mut stream: TcpStream, world: &Mutex<World>) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    let mut sent = vec![0; length.unwrap_or_default()];
    stream.read_exact(&mut sent)?;
    let mut first = head.split(' ');
    let (method, path) = (
        first.next().unwrap_or_default(),
        first.next().unwrap_or_default(),
    );
    let tag = head
        .lines()
        .find_map(|line| line.strip_prefix("if-none-match: "));
    let answer = {
        let mut world = world.lock().unwrap();
        if path == "/room" {
            let text = String::from_utf8_lossy(&sent).into_owned();
            world.told.push(text);
            return stream.write_all(&reply("200 OK", "", b""));
        }
        world.requests.push(format!("{method} {path}"));
        answer(&mut world, method, path, tag)
    };
    stream.write_all(&answer)
}

/// What a path asks for: the key of a body, and whether it is only announced.
fn asked(method: &str, path: &str) -> Option<(String, bool)> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if let Some(rest) = path.strip_prefix("/api/explore/v2.1/catalog/datasets/") {
        return match rest.strip_suffix("/exports/csv") {
            Some(dataset) => Some((dataset.to_owned(), false)),
            None => Some((rest.to_owned(), true)),
        };
    }
    match path {
        "/bcn/index.php/export/CSV" if method == "POST" => {
            let table = query.split('&').find_map(|pair| pair.strip_prefix("n="))?;
            Some((table.to_owned(), false))
        }
        "/api-nomenclatureemploi/v1/open-data/csv" => Some(("rome".to_owned(), false)),
        _ => [
            "/static/",
            "/fr/statistiques/fichier/8740222/",
            "/downloads/6152ccdf850ef/",
            "/api/v1/entity/",
        ]
        .iter()
        .find_map(|folder| path.strip_prefix(folder))
        .map(|name| (name.to_owned(), false)),
    }
}

fn answer(world: &mut World, method: &str, path: &str, tag: Option<&str>) -> Vec<u8> {
    if let Some(resource) = path.strip_prefix("/api/1/datasets/r/") {
        return reply(
            "302 Found",
            &format!("location: /static/{resource}\r\n"),
            b"",
        );
    }
    let known = asked(method, path).and_then(|(key, is_announced)| {
        let body = world.bodies.get(&key)?.clone();
        Some((key, is_announced, body))
    });
    let Some((key, is_announced, mut body)) = known else {
        return reply("404 Not Found", "", b"");
    };
    let edition = world.editions.get(&key).copied().unwrap_or_default();
    match world.accidents.get(&key).copied() {
        Some(Accident::BadGateway(0)) | None => {}
        Some(Accident::BadGateway(times)) => {
            world.accidents.insert(key, Accident::BadGateway(times - 1));
            return reply("502 Bad Gateway", "", b"");
        }
        Some(Accident::Preparing) if !is_announced => {
            world.accidents.remove(&key);
            return reply("202 Accepted", "retry-after: 1\r\n", b"{}");
        }
        Some(Accident::Maintenance) => {
            return reply(
                "200 OK",
                "content-type: text/html\r\n",
                b"<!DOCTYPE html><title>Maintenance</title>",
            );
        }
        Some(Accident::Renamed) => {
            let mut rows = lines(&body);
            "colonne_nouvelle".clone_into(&mut rows[0][1]);
            body = written(&rows);
        }
        Some(Accident::Cut) if !is_announced => {
            let rows = lines(&body);
            body = written(&rows[..rows.len() / 2]);
        }
        Some(Accident::Down) => return reply("503 Service Unavailable", "", b""),
        Some(Accident::NoLength) if !is_announced => {
            return [
                b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".as_slice(),
                &body,
            ]
            .concat();
        }
        Some(Accident::Packed) if !is_announced => {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(&body).unwrap();
            let packed = packed.finish().unwrap();
            return reply("200 OK", "content-encoding: gzip\r\n", &packed);
        }
        Some(Accident::Gone) => return reply("404 Not Found", "", b""),
        Some(Accident::Preparing | Accident::Cut | Accident::NoLength | Accident::Packed) => {}
    }
    if is_announced {
        return reply(
            "200 OK",
            "content-type: application/json\r\n",
            &announced(&body, edition),
        );
    }
    // Portals and the BCN export give no validator.
    if path.contains("/exports/") || method == "POST" {
        return reply("200 OK", "", &body);
    }
    let validator = format!("\"{key}-{edition}\"");
    if tag == Some(validator.as_str()) {
        return reply("304 Not Modified", "", b"");
    }
    reply("200 OK", &format!("etag: {validator}\r\n"), &body)
}

/// What a portal says of a dataset.
fn announced(body: &[u8], edition: u32) -> Vec<u8> {
    let rows = lines(body);
    let fields: Vec<_> = (rows[0].iter())
        .map(|name| json!({ "name": name, "label": name, "type": "text" }))
        .collect();
    let entry = json!({ "fields": fields, "metas": { "default": {
        "modified": "2026-01-16T08:00:00+00:00", "data_processed": format!("edition {edition}"),
        "records_count": rows.len() - 1 } } });
    entry.to_string().into_bytes()
}

fn reply(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}
